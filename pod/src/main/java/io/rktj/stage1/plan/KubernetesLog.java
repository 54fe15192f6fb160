// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import io.rktj.spec.manifest.Annotation;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.StandardStreams;
import java.util.List;

/**
 * The file that a kubelet reads what an app writes from, in the log mode {@code k8s-plain} ({@code
 * spec/rkt-runtime.md} section 12.1). Annotations of the pod choose the mode and the directory, one
 * of the app the name:
 *
 * <pre>
 * coreos.com/rkt/experiment/logmode: k8s-plain
 * coreos.com/rkt/experiment/kubernetes-log-dir: /var/log/pods/1234
 * coreos.com/rkt/experiment/kubernetes-log-path: web_0.log
 * </pre>
 */
final class KubernetesLog {
  private static final String PREFIX = "coreos.com/rkt/experiment/";
  private static final String MODE = "logmode";
  private static final String DIRECTORY = "kubernetes-log-dir";
  private static final String NAME = "kubernetes-log-path";
  private static final int LONGEST_NAME = 255;

  private KubernetesLog() {}

  /** Its absolute path on the host; empty for an app that has none. */
  static String path(Stage1Call call, PreparedApp app) {
    List<Annotation> pod = call.manifest().annotations();
    if (!find(pod, MODE).equals("k8s-plain") || !writesStreams(app)) {
      return "";
    }
    String directory = find(pod, DIRECTORY);
    String name = find(app.runtime().annotations(), NAME);
    if (directory.isEmpty() || name.isEmpty()) {
      throw new Stage1Exception(
          "stage1: "
              + (name.isEmpty() ? NAME : DIRECTORY)
              + " annotation needs to be specified when k8s-plain logging mode is used");
    }
    if (!directory.startsWith("/")) {
      throw new Stage1Exception(
          "stage1: cannot keep logs in \"" + directory + "\": the path is not absolute");
    }
    if (name.indexOf('/') >= 0 || name.equals(".") || name.equals("..")) {
      throw new Stage1Exception(
          "stage1: log path is not inside /rkt/kubernetes/log, refusing path traversal");
    }
    if (name.length() > LONGEST_NAME) {
      throw new Stage1Exception("stage1: cannot keep a log in \"" + name + "\": name too long");
    }
    return directory.endsWith("/") ? directory + name : directory + "/" + name;
  }

  private static boolean writesStreams(PreparedApp app) {
    StandardStreams streams = StandardStreams.of(app.runtime().annotations());
    return streams.stdout() == StandardStreams.Mode.STREAM
        || streams.stderr() == StandardStreams.Mode.STREAM;
  }

  private static String find(List<Annotation> annotations, String name) {
    for (int i = 0; i < annotations.size(); i++) {
      String full = annotations.get(i).name().value();
      if (full.startsWith(PREFIX) && full.substring(PREFIX.length()).equals(name)) {
        return annotations.get(i).value();
      }
    }
    return "";
  }
}
