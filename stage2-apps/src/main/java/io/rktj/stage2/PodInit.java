// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.ProcessImage;
import io.rktj.pod.HostException;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.Stage1Pod;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The program pod-init in its roles, as images of processes to become. */
public final class PodInit {
  private PodInit() {}

  /** Runs {@code command} in an app of a running pod, through the pod's control socket. */
  public static ProcessImage enter(Stage1Pod pod, String app, List<String> command) {
    List<byte[]> argv = new ArrayList<>();
    argv.add(bytes("pod-init"));
    argv.add(bytes("enter"));
    argv.add(bytes(pod.layout().directory().toString()));
    argv.add(bytes(app));
    argv.add(bytes("--"));
    for (String word : command) {
      argv.add(bytes(word));
    }
    List<byte[]> environment = new ArrayList<>();
    String terminal = variable(pod.environment(), "TERM=");
    environment.add(bytes(terminal.isEmpty() ? "TERM=vt100" : terminal));
    return new ProcessImage(
        path(), argv, environment, pod.layout().directory().toString(), List.of());
  }

  /**
   * The program that carries out {@code plan} in a role ({@code run}, {@code machine}) and keeps
   * the pod's lock. The plan travels in memory; the descriptor is never closed here, for exec hands
   * it on.
   */
  public static ProcessImage run(Kernel kernel, Stage1Call call, String role, byte[] plan) {
    int memory;
    try {
      Fd file = kernel.memoryFile("pod-plan");
      memory = file.number();
      kernel.writeFully(memory, plan, 0, plan.length);
      kernel.seek(memory, 0);
    } catch (ErrnoException e) {
      throw new HostException(
          "stage1: cannot hand over the plan of pod \"" + call.uuid() + "\"", e);
    }
    List<byte[]> environment = new ArrayList<>();
    for (String name : List.of("NOTIFY_SOCKET=", "TERM=")) {
      String variable = variable(call.environment(), name);
      if (!variable.isEmpty()) {
        environment.add(bytes(variable));
      }
    }
    return new ProcessImage(
        path(),
        List.of(
            bytes("pod-init"),
            bytes(role),
            bytes(Integer.toString(memory)),
            bytes(Integer.toString(call.lockFd()))),
        environment,
        call.layout().directory().toString(),
        List.of(memory, call.lockFd()));
  }

  /** Where pod-init lies in the distribution. */
  public static String path() {
    String home = System.getProperty("rkt.home");
    if (home == null) {
      throw new Stage1Exception("stage1: cannot find pod-init: the property rkt.home is not set");
    }
    return home + "/lib/native/pod-init";
  }

  static String variable(List<String> environment, String start) {
    for (String entry : environment) {
      if (entry.startsWith(start)) {
        return entry;
      }
    }
    return "";
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
