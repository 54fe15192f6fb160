// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
  @TempDir Path directory;

  private void write(String name, String... lines) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < lines.length; i++) {
      text.append("2026-11-23T19:04:0").append(i).append(".500000000Z stdout ").append(lines[i]);
    }
    Files.writeString(
        directory.resolve(name), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static List<String> rest(LogFile log) {
    List<String> lines = new ArrayList<>();
    while (log.peek().isPresent()) {
      lines.add(log.take().shown());
    }
    return lines;
  }

  @Test
  void olderLinesComeFirstAndPartsAreJoined() throws IOException {
    write("app.1", "F one\n", "P tw\n", "F o\n");
    write("app", "F three\n");

    try (LogFile log = new LogFile(directory.resolve("app"))) {
      assertThat(rest(log))
          .containsExactly(
              "2026-11-23 19:04:00.5 +0000 UTC one",
              "2026-11-23 19:04:02.5 +0000 UTC two",
              "2026-11-23 19:04:00.5 +0000 UTC three");
    }
  }

  @Test
  void linesThatComeLaterAreReadAlsoBehindARotation() throws IOException {
    try (LogFile log = new LogFile(directory.resolve("app"))) {
      assertThat(rest(log)).isEmpty();
      write("app", "F one\n", "F tw");
      assertThat(rest(log)).hasSize(1);
      Files.writeString(directory.resolve("app"), "o\n", StandardOpenOption.APPEND);
      write("app", "F three\n");
      Files.move(directory.resolve("app"), directory.resolve("app.1"));
      write("app", "F four\n");

      assertThat(rest(log))
          .extracting(line -> line.substring(line.lastIndexOf(' ') + 1))
          .containsExactly("two", "three", "four");
    }
  }

  @Test
  void whatIsNoLineIsLeftOut() throws IOException {
    Files.writeString(directory.resolve("app"), "torn\n\nno time stdout F x\n");
    write("app", "F good\n");

    try (LogFile log = new LogFile(directory.resolve("app"))) {
      assertThat(rest(log)).singleElement().asString().endsWith(" good");
    }
  }
}
