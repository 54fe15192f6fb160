// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.ProcessImage;
import io.rktj.pod.HostException;
import io.rktj.spec.AcName;
import io.rktj.stage1.Activation;
import io.rktj.stage1.Endpoint;
import io.rktj.stage1.NativeProgram;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Pod;
import io.rktj.stage1.StandardStreams;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The program pod-init in its roles, as images of processes to become. */
public final class PodInit {
  private static final String WATCHDOG = "WATCHDOG_USEC=";

  private PodInit() {}

  /** Runs {@code command} in an app of a running pod, through the pod's control socket. */
  public static ProcessImage enter(Stage1Pod pod, String app, List<String> command) {
    List<byte[]> argv = new ArrayList<>();
    argv.add(bytes("pod-init"));
    argv.add(bytes("enter"));
    argv.add(bytes(pod.layout().directory().toString()));
    argv.add(bytes(app));
    argv.add(bytes("--"));
    return visit(pod, argv, command, List.of());
  }

  /**
   * Joins our standard streams to those of an app that can be shared.
   *
   * @param streams how those of the app are set up: ours become its terminal if it reads from one
   */
  public static ProcessImage attach(
      Stage1Pod pod, AcName app, Set<Endpoint> endpoints, StandardStreams streams) {
    boolean terminal =
        endpoints.contains(Endpoint.STDIN) && streams.stdin() == StandardStreams.Mode.TTY;
    int bits = endpoints.contains(Endpoint.STDIN) ? 1 : 0;
    bits |= endpoints.contains(Endpoint.STDOUT) ? 2 : 0;
    bits |= endpoints.contains(Endpoint.STDERR) ? 4 : 0;
    List<byte[]> argv = new ArrayList<>();
    argv.add(bytes("pod-init"));
    argv.add(bytes("attach"));
    argv.add(bytes(pod.layout().directory().toString()));
    argv.add(bytes(app.value()));
    argv.add(bytes(Integer.toString(bits)));
    argv.add(bytes(terminal ? "raw" : "plain"));
    return visit(pod, argv, List.of(), List.of());
  }

  /**
   * Runs {@code command} beside the one app of a pod without name spaces.
   *
   * @param plan descriptor of the pod's plan
   * @param process descriptor of the app's process
   */
  public static ProcessImage enterUnconfined(
      Stage1Pod pod, int plan, int process, List<String> command) {
    List<byte[]> argv = new ArrayList<>();
    argv.add(bytes("pod-init"));
    argv.add(bytes("fly-enter"));
    argv.add(bytes(Integer.toString(plan)));
    argv.add(bytes(Integer.toString(process)));
    return visit(pod, argv, command, List.of(plan, process));
  }

  private static ProcessImage visit(
      Stage1Pod pod, List<byte[]> argv, List<String> command, List<Integer> inherit) {
    for (String word : command) {
      argv.add(bytes(word));
    }
    List<byte[]> environment = new ArrayList<>();
    String terminal = variable(pod.environment(), "TERM=");
    environment.add(bytes(terminal.isEmpty() ? "TERM=vt100" : terminal));
    return new ProcessImage(
        path(), argv, environment, pod.layout().directory().toString(), inherit);
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
    List<Integer> inherit = new ArrayList<>(List.of(memory, call.lockFd()));
    if (!call.sockets().isEmpty()) {
      inherit.addAll(Activation.wanted(call));
    }
    List<byte[]> environment = new ArrayList<>();
    for (String name : List.of("NOTIFY_SOCKET=", "TERM=", WATCHDOG, "WATCHDOG_PID=")) {
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
        inherit);
  }

  /**
   * Asks the first process of a mutable pod to do something for an app, and waits until it has;
   * what goes wrong in there is told on standard error.
   *
   * @param plan of an app to add, else empty
   */
  public static Answer ask(Stage1Pod pod, String verb, AcName app, byte[] plan) {
    String directory = pod.layout().directory().toString();
    ProcessBuilder builder = new ProcessBuilder(path(), "app", directory, verb, app.value());
    builder.environment().clear();
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      Process process = builder.start();
      hand(plan, process.getOutputStream());
      return Answer.of(process.waitFor());
    } catch (IOException e) {
      throw new HostException("stage1: cannot reach pod \"" + pod.uuid() + "\"", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException("stage1: interrupted", e);
    }
  }

  /** One that has ended already says by its status why. */
  private static void hand(byte[] plan, OutputStream input) {
    try (OutputStream stream = input) {
      stream.write(plan);
    } catch (IOException e) {
      return;
    }
  }

  /** What has become of something asked for an app; the statuses are those of {@code ask.c}. */
  public enum Answer {
    /** It is done. */
    DONE,
    /** The pod has no such app. */
    NO_APP,
    /** The pod has an app of this name already. */
    APP_EXISTS,
    /** It could not be done; why has been told. */
    FAILED;

    static Answer of(int status) {
      return switch (status) {
        case 0 -> DONE;
        case 3 -> NO_APP;
        case 4 -> APP_EXISTS;
        default -> FAILED;
      };
    }
  }

  /** Where pod-init lies in the distribution. */
  public static String path() {
    return NativeProgram.path();
  }

  /** How many microseconds systemd lets the pod be silent; empty for ever. */
  static String watchdog(List<String> environment) {
    String variable = variable(environment, WATCHDOG);
    return variable.isEmpty() ? "" : variable.substring(WATCHDOG.length());
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
