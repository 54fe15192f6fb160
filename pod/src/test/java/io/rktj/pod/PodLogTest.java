// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.spec.AcName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads logs while they are written and put aside. */
class PodLogTest {
  @TempDir Path pod;
  private Path logs;

  @BeforeEach
  void makeDirectory() throws IOException {
    logs = Files.createDirectories(new PodLayout(pod).logs());
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(
        logs.resolve(file), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static String line(int second, String stream, char kind, String text) {
    return "2026-11-23T19:04:%02d.000000000Z %s %c %s\n".formatted(second, stream, kind, text);
  }

  private static List<String> all(PodLog log) {
    List<String> lines = new ArrayList<>();
    for (Optional<LogLine> line = log.next(); line.isPresent(); line = log.next()) {
      lines.add(line.get().app() + ":" + new String(line.get().text(), UTF_8));
    }
    return lines;
  }

  @Test
  void appsAreMergedByTime() throws IOException {
    write("a", line(1, "stdout", 'F', "one") + line(4, "stdout", 'F', "four"));
    write("b", line(2, "stderr", 'F', "two") + line(3, "stdout", 'F', "three"));
    try (PodLog log = new PodLog(new PodLayout(pod), Optional.empty())) {
      assertThat(all(log)).containsExactly("a:one", "b:two", "b:three", "a:four");
    }
    try (PodLog log = new PodLog(new PodLayout(pod), Optional.of(AcName.parse("b")))) {
      assertThat(all(log)).containsExactly("b:two", "b:three");
    }
  }

  @Test
  void readingGoesOnThroughFilesThatArePutAside() throws IOException {
    write("a.1", line(1, "stdout", 'F', "one"));
    write("a", line(2, "stdout", 'F', "two"));
    try (PodLog log = new PodLog(new PodLayout(pod), Optional.empty())) {
      assertThat(all(log)).containsExactly("a:one", "a:two");
      write("a", line(3, "stdout", 'F', "three"));
      Files.move(logs.resolve("a.1"), logs.resolve("a.2"));
      Files.move(logs.resolve("a"), logs.resolve("a.1"));
      write("a", line(4, "stdout", 'F', "four"));
      write("b", line(5, "stdout", 'F', "five"));
      assertThat(all(log)).containsExactly("a:three", "a:four", "b:five");
      assertThat(log.next()).isEmpty();
    }
  }

  @Test
  void linesCutShortWaitForTheirEndAndPartsAreJoined() throws IOException {
    write("a", line(1, "stdout", 'P', "lo") + line(1, "stderr", 'F', "other"));
    write("a", "2026-11-23T19:04:02.0");
    try (PodLog log = new PodLog(new PodLayout(pod), Optional.empty())) {
      assertThat(all(log)).containsExactly("a:other");
      write("a", "00000000Z stdout F ng\nnonsense\n" + line(3, "stderr", 'P', "open"));
      assertThat(all(log)).containsExactly("a:long");
      assertThat(log.rest()).map(line -> new String(line.text(), UTF_8)).contains("open");
      assertThat(log.rest()).isEmpty();
    }
  }
}
