// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.TestPod;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KubernetesLogTest {
  private static final String PREFIX = "coreos.com/rkt/experiment/";

  private static String path(String mode, String directory, String name, String stdout) {
    TestPod pod = new TestPod();
    TestPod.TestApp app = pod.app("web").annotation("coreos.com/rkt/stage2/stdout", stdout);
    pod.annotation(PREFIX + "logmode", mode);
    if (!directory.isEmpty()) {
      pod.annotation(PREFIX + "kubernetes-log-dir", directory);
    }
    if (!name.isEmpty()) {
      app.annotation(PREFIX + "kubernetes-log-path", name);
    }
    Stage1Call call = pod.call();
    return KubernetesLog.path(call, call.apps().get(0));
  }

  @Test
  void isWhereTheAnnotationsSay() {
    assertThat(path("k8s-plain", "/var/log/pods", "web_0.log", "stream"))
        .isEqualTo("/var/log/pods/web_0.log");
    assertThat(path("k8s-plain", "/var/log/pods/", "w", "stream")).isEqualTo("/var/log/pods/w");
  }

  @Test
  void isForStreamsInItsModeOnly() {
    assertThat(path("other", "/d", "n", "stream")).isEmpty();
    assertThat(path("k8s-plain", "/d", "n", "log")).isEmpty();
    assertThat(path("k8s-plain", "", "", "tty")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/d, '', kubernetes-log-path annotation needs to be specified when k8s-plain logging mode",
    "'', n, kubernetes-log-dir annotation needs to be specified when k8s-plain logging mode",
    "/d, ../n, 'log path is not inside /rkt/kubernetes/log, refusing path traversal'",
    "/d, .., 'log path is not inside /rkt/kubernetes/log, refusing path traversal'",
    "d, n, cannot keep logs in \"d\": the path is not absolute",
  })
  void whatLeadsElsewhereIsRefused(String directory, String name, String message) {
    assertThatThrownBy(() -> path("k8s-plain", directory, name, "stream"))
        .isInstanceOf(Stage1Exception.class)
        .hasMessageContaining(message);
  }
}
