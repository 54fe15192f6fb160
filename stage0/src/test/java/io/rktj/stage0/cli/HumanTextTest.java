// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HumanTextTest {
  @ParameterizedTest
  @CsvSource({
    "0,0B",
    "9,9B",
    "512,512B",
    "1024,1.0KiB",
    "9856614,9.4MiB",
    "98566144,94MiB",
    "1610612736,1.5GiB"
  })
  void writesSizes(long bytes, String text) {
    assertThat(HumanText.size(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0,now",
    "999,now",
    "1000,1 second ago",
    "59000,59 seconds ago",
    "60000,1 minute ago",
    "125000,2 minutes ago",
    "3600000,1 hour ago",
    "90000000,1 day ago",
    "700000000,1 week ago",
    "2700000000,1 month ago",
    "40000000000,1 year ago"
  })
  void writesHowLongAgo(long past, String text) {
    assertThat(HumanText.ago(1_000_000_000_000L - past, 1_000_000_000_000L)).isEqualTo(text);
  }

  @Test
  void writesTimesWithoutTrailingZeros() {
    ZoneId zone = ZoneId.of("Europe/Berlin");

    assertThat(HumanText.absolute(1456745401250L, zone))
        .isEqualTo("2016-02-29 12:30:01.25 +0100 CET");
    assertThat(HumanText.absolute(1456745401000L, zone)).isEqualTo("2016-02-29 12:30:01 +0100 CET");
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "0s,0",
    "30m,1800000",
    "1h30m,5400000",
    "1.5s,1500",
    "-2s,-2000",
    "100ms,100",
    "30m0s,1800000"
  })
  void readsDurations(String text, long millis) {
    assertThat(GoDuration.parseMillis(text)).isEqualTo(millis);
  }

  @ParameterizedTest
  @CsvSource({"''", "x", "1", "1x", "h", ".s", "-"})
  void refusesOtherDurations(String text) {
    assertThatThrownBy(() -> GoDuration.parseMillis(text)).isInstanceOf(UsageException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0s",
    "1800000,30m0s",
    "86400000,24h0m0s",
    "5400000,1h30m0s",
    "1500,1.5s",
    "20,20ms",
    "-1000,-1s"
  })
  void writesDurations(long millis, String text) {
    assertThat(GoDuration.format(millis)).isEqualTo(text);
  }

  @Test
  void drawsProgressWithRateAndRemainingTime() {
    assertThat(ProgressBar.line("Downloading ACI", 50 << 20, 100 << 20, 5_000_000_000L))
        .isEqualTo(
            "Downloading ACI: [===============               ] 50MiB/100MiB 10MiB/s 5s left");
    assertThat(ProgressBar.line("Unpacking", 2048, -1, 1_000_000_000L))
        .isEqualTo("Unpacking: 2.0KiB 2.0KiB/s");
  }
}
