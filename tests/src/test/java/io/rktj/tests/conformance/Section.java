// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A section of the contract and its rows. A file of rows looks like this:
 *
 * <pre>
 * # 4.6 list
 * cli-4.6-columns: the table has the columns UUID, APP, IMAGE NAME and so on
 * cli-4.6-machined: a behaviour that is otherwise here | differs: Pods
 * </pre>
 */
record Section(String title, List<Row> rows) {
  Section {
    rows = List.copyOf(rows);
  }

  /** All sections of the files in {@code directory}, in the order of the files' names. */
  static List<Section> readAll(Path directory) {
    List<Section> sections = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".rows")).sorted().toList()) {
        sections.addAll(parse(Files.readAllLines(file)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sections;
  }

  static List<Section> parse(List<String> lines) {
    List<Section> sections = new ArrayList<>();
    List<Row> rows = new ArrayList<>();
    String title = "";
    for (String line : lines) {
      if (line.startsWith("# ")) {
        add(sections, title, rows);
        title = line.substring(2);
        rows = new ArrayList<>();
      } else if (!line.isBlank()) {
        rows.add(Row.parse(line));
      }
    }
    add(sections, title, rows);
    return sections;
  }

  private static void add(List<Section> sections, String title, List<Row> rows) {
    if (!rows.isEmpty()) {
      sections.add(new Section(title, rows));
    }
  }
}
