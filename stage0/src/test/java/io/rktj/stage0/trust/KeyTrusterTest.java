// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.linux.Kernel;
import io.rktj.spec.AcIdentifier;
import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.Progress;
import io.rktj.stage0.config.Config;
import io.rktj.stage0.fetch.FetchOptions;
import io.rktj.stage0.fetch.Leniency;
import io.rktj.stage0.fetch.RemoteFetcher;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dialogue of spec/rkt-cli.md section 4.5. */
class KeyTrusterTest {
  private static final KeyScope SCOPE = new KeyScope("example.com/app");

  @TempDir private Path directory;
  private final List<String> told = new ArrayList<>();
  private boolean isTerminal = true;
  private boolean answer = true;

  private KeyStore store() {
    return new KeyStore(directory.resolve("system"), directory.resolve("local"));
  }

  private KeyTruster truster() {
    FetchOptions options =
        new FetchOptions(
            Config.empty(), Leniency.NONE, Leniency.NONE, "0", Map.of(), Clock.systemUTC());
    return new KeyTruster(
        store(),
        RemoteFetcher.open(options, directory, Kernel.host(), new Listener()),
        new Human(),
        new Listener());
  }

  private String keyFile() throws Exception {
    return Files.write(directory.resolve("key.asc"), TestKey.ofEd25519().armoured()).toString();
  }

  @Test
  void storesAKeyThatWasConfirmed() throws Exception {
    String location = keyFile();

    truster().add(SCOPE, List.of(location), KeyTruster.Review.ASK, false);

    assertThat(store().hasKeysFor(AcIdentifier.parse("example.com/app"))).isTrue();
    assertThat(told.get(0)).isEqualTo("show example.com/app " + location + " 1");
    assertThat(told.get(1)).isEqualTo("asked");
    assertThat(told.get(2))
        .isEqualTo(
            "Trusting \""
                + location
                + "\" for prefix \"example.com/app\" after fingerprint review.");
    assertThat(told.get(3)).startsWith("Added key for prefix \"example.com/app\" at \"");
  }

  @Test
  void goesOnWithoutAKeyThatWasRefused() throws Exception {
    answer = false;
    String location = keyFile();

    truster().add(SCOPE, List.of(location), KeyTruster.Review.ASK, false);

    assertThat(store().hasKeysFor(AcIdentifier.parse("example.com/app"))).isFalse();
    assertThat(told).contains("pubkey: not trusting \"" + location + "\"");
  }

  @Test
  void refusesToAskNobody() throws Exception {
    isTerminal = false;
    String location = keyFile();

    assertThatThrownBy(() -> truster().add(SCOPE, List.of(location), KeyTruster.Review.ASK, false))
        .hasMessage(
            "error reviewing key: unable to ask user to review fingerprint due to lack of tty");
    assertThatThrownBy(
            () ->
                truster().add(SCOPE, List.of(location), KeyTruster.Review.ACCEPT_FROM_HTTPS, false))
        .hasMessageContaining("lack of tty");
    assertThat(store().hasKeysFor(AcIdentifier.parse("example.com/app"))).isFalse();
  }

  @Test
  void storesARootKeyWithoutReview() throws Exception {
    isTerminal = false;

    truster().add(KeyScope.ROOT, List.of(keyFile()), KeyTruster.Review.ACCEPT, false);

    assertThat(told.get(0)).startsWith("show ");
    assertThat(told.get(1)).endsWith("for prefix \"\" without fingerprint review.");
    assertThat(told.get(2)).startsWith("Added root key at \"");
  }

  @Test
  void refusesPlacesThatNeedAnOption() {
    assertThatThrownBy(
            () ->
                truster()
                    .add(SCOPE, List.of("http://a.example/k"), KeyTruster.Review.ACCEPT, false))
        .hasMessageContaining("--insecure-allow-http required for http URLs");
    assertThatThrownBy(
            () ->
                truster().add(SCOPE, List.of("ftp://a.example/k"), KeyTruster.Review.ACCEPT, false))
        .hasMessageContaining("only http, https and local files");
    assertThatThrownBy(() -> truster().discover(KeyScope.ROOT))
        .hasMessageContaining("empty prefix");
  }

  @Test
  void offersNothingWhereAKeyIsKnown() throws Exception {
    truster().add(SCOPE, List.of(keyFile()), KeyTruster.Review.ACCEPT, false);
    told.clear();

    truster().offerFor(AcIdentifier.parse("example.com/app"), KeyTruster.Review.ASK);

    assertThat(told)
        .containsExactly(
            "image: keys already exist for prefix \"example.com/app\", not fetching again");
  }

  private final class Human implements Prompt {
    @Override
    public void show(KeyScope scope, String location, List<TrustedKeyReview> keys) {
      told.add("show " + scope.prefix() + " " + location + " " + keys.size());
    }

    @Override
    public boolean canAsk() {
      return isTerminal;
    }

    @Override
    public boolean confirms() {
      told.add("asked");
      return answer;
    }

    @Override
    public void report(String line) {
      told.add(line);
    }
  }

  private final class Listener implements Diagnostics {
    @Override
    public void note(String source, String text) {
      told.add(source + ": " + text);
    }

    @Override
    public void warn(String source, String text) {
      told.add(source + ": " + text);
    }

    @Override
    public Progress progress(String title, long total) {
      throw new AssertionError("nothing is downloaded");
    }
  }
}
