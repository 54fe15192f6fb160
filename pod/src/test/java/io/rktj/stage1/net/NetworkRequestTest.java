// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.stage1.Stage1Exception;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkRequestTest {
  @Test
  void readsNameAndArguments() {
    assertThat(NetworkRequest.parse("default")).isEqualTo(new NetworkRequest("default", ""));
    assertThat(NetworkRequest.parse("default:IP=1.2.3.4;K_2=v,w"))
        .isEqualTo(new NetworkRequest("default", "IP=1.2.3.4;K_2=v,w"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"n:", "n:IP", "n:=1", "n:IP=1;", "n:I P=1", "n:IP=1\n2", "n:IP=a b", "n:É=1"})
  void refusesArgumentsThatAreNoPairs(String text) {
    assertThatThrownBy(() -> NetworkRequest.parse(text))
        .isInstanceOf(Stage1Exception.class)
        .hasMessageContaining("KEY=VALUE;KEY=VALUE");
  }
}
