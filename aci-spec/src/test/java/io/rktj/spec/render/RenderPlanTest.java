// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.render;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.MalformedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Images are written as text: {@code A:B,C} is an image with two dependencies; files as {@code A:
 * /bin/ /bin/x} with a slash behind directories; white lists as {@code A:/bin/x}.
 */
class RenderPlanTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "alone | A | A0",
        "two | A:B,C | A0 C1 B1",
        "last-has-one | A:B,C C:D | A0 C1 D2 B1",
        "shared | A:B,C B:D C:D | A0 C1 D2 B1 D2",
        "chain | A:B B:C C:D | A0 B1 C2 D3",
        "twice | A:B,B | A0 B1 B1",
      })
  void flattensByDecreasingPriority(String rule, String graph, String expected) {
    StringBuilder order = new StringBuilder();
    for (RenderLayer<String> layer : plan(graph, "").layers()) {
      order.append(order.length() == 0 ? "" : " ").append(layer.image()).append(layer.level());
    }

    assertThat(order).as(rule).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"A:A", "A:B B:A", "A:B B:C C:D,B"})
  void refusesCycle(String graph) {
    assertThatThrownBy(() -> plan(graph, ""))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("depends on itself");
  }

  @Test
  void refusesMoreThan256Dependencies() {
    StringBuilder doubling = new StringBuilder();
    for (char c = 'A'; c < 'Z'; c++) {
      doubling.append(c).append(':').append((char) (c + 1)).append(',').append((char) (c + 1));
      doubling.append(' ');
    }

    assertThat(plan("A:" + "B,".repeat(255) + "B", "").layers()).hasSize(257);
    assertThatThrownBy(() -> plan("A:" + "B,".repeat(256) + "B", ""))
        .hasMessage("image has more than 256 dependencies");
    assertThatThrownBy(() -> plan(doubling.toString().strip(), ""))
        .hasMessage("image has more than 256 dependencies");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "own | A | `` | A: /a/ /a/x | A/a/ A/a/x",
        "higher-wins | A:B | `` | A: /x B: /x /y | A/x B/y",
        "last-dependency-wins | A:B,C | `` | A: /a B: /x C: /x | A/a C/x",
        "below-file | A:B | `` | A: /x B: /x/ /x/y /z | A/x B/z",
        "directory-merges | A:B | `` | A: /d/ /d/a B: /d/ /d/b | A/d/ A/d/a B/d/b",
        "own-list | A | A:/x | A: /d/ /x /y | A/d/ A/x",
        "own-list-cleaned | A | A:/d/../x,/./y/ | A: /x /y /z | A/x A/y",
        "inherited | A:B | A:/x | A: /x B: /d/ /x /y | A/x",
        "inherited-directories | A:B | A:/d,/d/x | A: /q B: /d/ /d/x /y | B/d/ B/d/x",
        "both | A:B | A:/x,/y B:/x | A: /q B: /x /y | B/x",
        "own-does-not-inherit-down-only | A:B | B:/x | A: /y B: /x /y | A/y B/x",
        "upper-most | A:B B:C | A:/x B:/y | A: /q B: /q C: /x /y | C/x",
        "grand-parent | A:B B:C | A:/x | A: /q B: /q C: /x /y | C/x",
        "sibling-quirk | A:B,C C:D | C:/x | A: /q B: /x /y C: /q D: /q | A/q B/x",
      })
  void selectsFiles(String rule, String graph, String whitelists, String files, String expected) {
    RenderPlan<String> plan = plan(graph, whitelists);
    Map<String, List<String>> archives = archives(files);
    FileSelection selection = plan.selection();
    StringBuilder chosen = new StringBuilder();
    for (int i = 0; i < plan.layers().size(); i++) {
      selection.begin(i);
      String image = plan.layers().get(i).image();
      assertThat(selection.takes("rootfs".getBytes(UTF_8), true)).isTrue();
      assertThat(selection.takes("manifest".getBytes(UTF_8), false)).isFalse();
      for (String file : archives.getOrDefault(image, List.of())) {
        if (selection.takes(("rootfs" + file).getBytes(UTF_8), file.endsWith("/"))) {
          chosen.append(chosen.length() == 0 ? "" : " ").append(image).append(file);
        }
      }
    }

    assertThat(chosen).as(rule).hasToString(expected);
  }

  @Test
  void distinguishesNamesByTheirBytes() {
    RenderPlan<String> plan = plan("A:B", "A:/\u00e9 B:/\u00e9");
    FileSelection selection = plan.selection();
    selection.begin(0);

    assertThat(selection.takes(new byte[] {'r', 'o', 'o', 't', 'f', 's', '/', (byte) 0xe9}, false))
        .isFalse();
    assertThat(selection.takes("./rootfs/\u00e9".getBytes(UTF_8), false)).isTrue();
    assertThatThrownBy(() -> selection.begin(0)).isInstanceOf(IllegalStateException.class);
  }

  private static RenderPlan<String> plan(String graph, String whitelists) {
    Map<String, List<String>> dependencies = lists(graph);
    Map<String, List<String>> paths = lists(whitelists);
    return RenderPlan.of(
        "A",
        new ImageGraph<String>() {
          @Override
          public List<String> dependencies(String image) {
            return dependencies.getOrDefault(image, List.of());
          }

          @Override
          public List<String> pathWhitelist(String image) {
            return paths.getOrDefault(image, List.of());
          }
        });
  }

  private static Map<String, List<String>> lists(String text) {
    Map<String, List<String>> lists = new TreeMap<>();
    for (String part : text.split(" ", -1)) {
      int colon = part.indexOf(':');
      if (colon > 0) {
        lists.put(part.substring(0, colon), List.of(part.substring(colon + 1).split(",", -1)));
      }
    }
    return lists;
  }

  private static Map<String, List<String>> archives(String text) {
    Map<String, List<String>> archives = new TreeMap<>();
    List<String> current = new ArrayList<>();
    for (String part : text.split(" ", -1)) {
      if (part.endsWith(":")) {
        current = new ArrayList<>();
        archives.put(part.substring(0, part.length() - 1), current);
      } else {
        current.add(part);
      }
    }
    return archives;
  }
}
