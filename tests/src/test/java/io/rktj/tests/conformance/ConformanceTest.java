// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/conformance.md} against rows and annotations; no row and no test speaks of nothing.
 */
class ConformanceTest {
  private static final Path ROWS = Path.of("src/test/conformance");
  private static final Path PAGE = Path.of("../docs/conformance.md");
  private static final Path DIFFERENCES = Path.of("../docs/differences.md");

  private final List<Section> sections = Section.readAll(ROWS);
  private final List<Class<?>> classes = TestClasses.below(Path.of("target/test-classes"));
  private final Coverage coverage = Coverage.of(classes);
  private final FlavourTable flavours = FlavourTable.of(classes);

  private List<Row> rows() {
    return sections.stream().flatMap(section -> section.rows().stream()).toList();
  }

  @Test
  void eachRowHasItsOwnId() {
    assertThat(rows().stream().map(Row::id)).isNotEmpty().doesNotHaveDuplicates();
  }

  @Test
  void testsSpeakOfRowsThatExist() {
    Set<String> unknown = new TreeSet<>(coverage.testsOfRow().keySet());
    rows().forEach(row -> unknown.remove(row.id()));
    assertThat(unknown).isEmpty();
  }

  @Test
  void unitTestsThatRowsNameAreThere() {
    UnitTests units = UnitTests.below(Path.of(".."));
    List<String> named = rows().stream().flatMap(row -> row.unitTests().stream()).toList();
    assertThat(units.unknown(named)).isEmpty();
    assertThat(
            units.unknown(
                List.of(
                    "ConformanceTest.unitTestsThatRowsNameAreThere",
                    "ConformanceTest.rows",
                    "ConformanceTest.nosuch",
                    "NoSuchTest.rows",
                    "ConformanceTest.eachRowHasItsOwnId[no-such-case" + "]")))
        .containsExactly(
            "ConformanceTest.rows",
            "ConformanceTest.nosuch",
            "NoSuchTest.rows",
            "ConformanceTest.eachRowHasItsOwnId[no-such-case" + "]");
  }

  @Test
  void differencesStandInTheirPage() throws IOException {
    List<String> headings =
        Files.readAllLines(DIFFERENCES).stream()
            .filter(line -> line.startsWith("## "))
            .map(line -> line.substring(3))
            .toList();
    assertThat(headings)
        .containsAll(rows().stream().map(Row::difference).flatMap(Optional::stream).toList());
  }

  @Test
  void pageIsMadeOfRowsAndTests() throws IOException {
    String page = new ConformancePage(sections, coverage, flavours).text();
    if (System.getProperty("golden.update") != null) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE).hasContent(page);
  }

  @Test
  void testsOfPodsSayWhetherTheyRunInMachines() {
    assertThat(flavours.machines()).isNotEmpty();
    assertThat(flavours.undecided()).isEmpty();
  }

  @Test
  void aRowWithoutATestIsOpen() {
    List<Section> one =
        Section.parse(
            List.of(
                "# 1 One",
                "",
                "a-1: it does | differs: Pods",
                "a-2: it | is",
                "a-3: so | units: OneTest.works[x], TwoTest.works | differs: Pods"));
    Coverage tests = new Coverage(new TreeMap<>());
    ConformancePage page = new ConformancePage(one, tests, new FlavourTable(new TreeMap<>()));

    assertThat(page.text())
        .contains("3 rows: 2 shown by a test or different on purpose (2), 1 open.\n")
        .contains("| a-3 | so | differs: Pods; OneTest.works[x], TwoTest.works |")
        .contains(
            "## 1 One\n", "| a-1 | it does | differs: Pods |\n", "| a-2 | it \\| is | open |");
    tests.testsOfRow().put("a-2", new TreeSet<>(Set.of("FirstIT.test", "SecondIT")));
    assertThat(page.text()).contains("| a-2 | it \\| is | FirstIT.test, SecondIT |");
    assertThatThrownBy(() -> Row.parse("no id here")).hasMessageContaining("not a row");
  }
}
