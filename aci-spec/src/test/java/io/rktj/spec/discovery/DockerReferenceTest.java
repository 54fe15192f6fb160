// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.MalformedException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DockerReferenceTest {
  private static final String A64 = "a".repeat(64);

  @ParameterizedTest
  @CsvSource({
    "busybox, registry-1.docker.io/library/busybox:latest",
    "busybox:1.36, registry-1.docker.io/library/busybox:1.36",
    "team/app, registry-1.docker.io/team/app:latest",
    "docker.io/busybox, registry-1.docker.io/library/busybox:latest",
    "index.docker.io/team/app, registry-1.docker.io/team/app:latest",
    "quay.io/coreos/etcd:v3, quay.io/coreos/etcd:v3",
    "localhost/app, localhost/app:latest",
    "localhost:5000/app, localhost:5000/app:latest",
    "Host/app, host/app:latest",
    "[::1]:5000/app:1, [::1]:5000/app:1",
    "h.io/a__b/c-d/e.f--g:T_1.x-y, h.io/a__b/c-d/e.f--g:T_1.x-y",
    "h.io/a@sha256:A64, h.io/a@sha256:A64",
    "h.io/a:1@sha256:A64, h.io/a@sha256:A64",
    "h.io/a@sha512:A64A64, h.io/a@sha512:A64A64",
  })
  void readsByDockersRules(String text, String whole) {
    DockerReference reference = DockerReference.parse(text.replace("A64", A64));

    assertThat(reference).hasToString(whole.replace("A64", A64));
    assertThat(reference.isLatest()).isEqualTo(whole.endsWith(":latest"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":1",
        "@sha256:A64",
        "a:",
        "a:-b",
        "a:b c",
        "A",
        "h.io/A",
        "h.io/",
        "h.io//a",
        "h.io/a/",
        "/a",
        "a..b",
        "a___b",
        "a_-b",
        "a-",
        ".a",
        "../a",
        "h.io/a/../b",
        "h.io:0/a",
        "h.io:99999/a",
        "h.io:x/a",
        "h_o.io/a",
        "user@h.io/a",
        "h.io/a?x=y",
        "h.io/a%2fb",
        "a\n",
        "h.io/a@sha256:A6",
        "h.io/a@SHA256:A64",
        "h.io/a@sha256:A64a",
        "h.io/a@md5:A64",
        "h.io/a@sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
      })
  void refusesEverythingElse(String text) {
    assertThatThrownBy(() -> DockerReference.parse(text.replace("A64", A64)))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("invalid docker image \"");
  }
}
