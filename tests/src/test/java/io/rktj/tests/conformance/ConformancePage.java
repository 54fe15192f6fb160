// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.conformance;

import java.util.List;
import java.util.Set;

/** The page that says which row of the contract is shown by which test. */
final class ConformancePage {
  private static final String INTRODUCTION =
      """
      # Conformance

      What users of rkt 1.30 rely on, row by row, and the functional test that shows it with the
      installed command; for rules of security also the unit tests (their names end in Test) that
      would fail without the rule. "differs" means that it is otherwise on purpose, and names the section of
      `differences.md` that says why; a test may show how. "open" means that no test shows it yet.
      This page is made of `tests/src/test/conformance` and of the tests' annotations; to write it
      anew: `mvn verify -DskipITs -Dgolden.update`.

      """;

  private final List<Section> sections;
  private final Coverage coverage;
  private final FlavourTable flavours;

  ConformancePage(List<Section> sections, Coverage coverage, FlavourTable flavours) {
    this.sections = sections;
    this.coverage = coverage;
    this.flavours = flavours;
  }

  String text() {
    StringBuilder text = new StringBuilder(INTRODUCTION);
    List<Row> rows = sections.stream().flatMap(section -> section.rows().stream()).toList();
    long open = rows.stream().filter(this::isOpen).count();
    long different = rows.stream().filter(row -> row.difference().isPresent()).count();
    text.append(rows.size()).append(" rows: ");
    text.append(rows.size() - open).append(" shown by a test or different on purpose (");
    text.append(different).append("), ").append(open).append(" open.\n");
    sections.forEach(section -> append(text, section));
    flavours.appendTo(text);
    return text.toString();
  }

  private boolean isOpen(Row row) {
    return row.difference().isEmpty() && coverage.testsOf(row).isEmpty();
  }

  private void append(StringBuilder text, Section section) {
    text.append("\n## ").append(section.title()).append("\n\n| row | behaviour | shown by |\n");
    text.append("|---|---|---|\n");
    for (Row row : section.rows()) {
      text.append("| ").append(row.id()).append(" | ").append(row.behaviour().replace("|", "\\|"));
      text.append(" | ").append(shownBy(row)).append(" |\n");
    }
  }

  private String shownBy(Row row) {
    Set<String> tests = coverage.testsOf(row);
    String shown = String.join(", ", tests);
    if (row.difference().isPresent()) {
      String differs = "differs: " + row.difference().get();
      return tests.isEmpty() ? differs : differs + "; " + shown;
    }
    return tests.isEmpty() ? "open" : shown;
  }
}
