// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.MalformedException;
import io.rktj.stage1.Notices;
import io.rktj.stage1.Stage1Exception;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkConfigsTest {
  @TempDir Path directory;
  private final List<String> heard = new ArrayList<>();
  private final Notices notices =
      new Notices() {
        @Override
        public void warn(String text) {
          heard.add(text);
        }

        @Override
        public void note(String text) {
          heard.add(text);
        }
      };

  private void file(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), text);
  }

  private List<String> select(String... requests) {
    List<String> files = new ArrayList<>();
    for (NetworkConfigs.Selected selected :
        NetworkConfigs.load(directory, notices).select(List.of(requests))) {
      files.add(selected.config().file() + " " + selected.config().name());
    }
    return files;
  }

  @Test
  void bringsTwoNetworksOfItsOwn() {
    assertThat(select()).containsExactly("99-default.conf default");
    assertThat(select("default-restricted", "default"))
        .containsExactly(
            "99-default-restricted.conf default-restricted", "99-default.conf default");
  }

  @Test
  void ordersNetworksByFile() throws IOException {
    file("20-b.conf", "{\"name\": \"b\", \"type\": \"ptp\"}");
    file("10-a.conf", "{\"name\": \"a\", \"type\": \"bridge\"}");

    assertThat(select("b:IP=1.2.3.4", "default", "a"))
        .containsExactly("10-a.conf a", "20-b.conf b", "99-default.conf default");
    assertThat(select("all")).hasSize(4);
  }

  @Test
  void letsALocalNetworkReplaceOneOfItsOwn() throws IOException {
    file("10-mine.conf", "{\"name\": \"default\", \"type\": \"macvlan\"}");

    assertThat(select()).containsExactly("10-mine.conf default");
    assertThat(heard).containsExactly("overriding \"default\" network with one from " + directory);
  }

  @Test
  void ignoresASecondNetworkOfOneName() throws IOException {
    file("10-a.conf", "{\"name\": \"a\", \"type\": \"ptp\"}");
    file("20-a.conf", "{\"name\": \"a\", \"type\": \"bridge\"}");

    assertThat(select("a")).containsExactly("10-a.conf a");
    assertThat(heard).containsExactly("\"a\" network already defined, ignoring 20-a.conf");
  }

  @Test
  void saysWhichNetworksAreMissing() {
    assertThatThrownBy(() -> select("x", "default", "y"))
        .isInstanceOf(Stage1Exception.class)
        .hasMessageStartingWith("stage1: failed to setup network")
        .hasMessageEndingWith("networks not found: x, y");
  }

  @Test
  void refusesAChainOfPluginsByItsName() throws IOException {
    file("10-chain.conflist", "{\"name\": \"chain\", \"plugins\": []}");

    assertThat(select("default")).hasSize(1);
    assertThatThrownBy(() -> select("chain")).hasMessageContaining("not supported yet");
  }

  @Test
  void wantsEveryFileToBeSound() throws IOException {
    file("10-bad.conf", "{\"name\": \"a\"");

    assertThatThrownBy(() -> select("default"))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("10-bad.conf");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../evil", "a/b", "", "-a", "A", "a b", "a\\u0000b", "a.b"})
  void refusesTypesThatAreNoPlainNames(String type) throws IOException {
    file("10-bad.conf", "{\"name\": \"a\", \"type\": \"" + type + "\"}");

    assertThatThrownBy(() -> select("default"))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("type");
  }
}
