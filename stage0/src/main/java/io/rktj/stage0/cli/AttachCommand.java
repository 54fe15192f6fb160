// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.linux.ProcessImage;
import io.rktj.pod.Pod;
import io.rktj.pod.PodState;
import io.rktj.pod.PodStateException;
import io.rktj.pod.PodStore;
import io.rktj.spec.AcName;
import io.rktj.spec.json.JsonWriter;
import io.rktj.stage0.launch.Launcher;
import io.rktj.stage0.launch.PodLifecycle;
import io.rktj.stage1.Endpoint;
import io.rktj.stage1.StandardStreams;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code rkt attach} ({@code spec/rkt-cli.md} section 4.19). */
final class AttachCommand implements CommandBody {
  private static final String AUTO = "auto";
  private static final String LIST = "list";
  private static final String INDENT = "    ";

  @Override
  public int call(Invocation invocation) {
    if (invocation.arguments().size() != 1) {
      return invocation.misused("must provide a pod");
    }
    Choice choice = Choice.parse(invocation.flags().text("mode", AUTO));
    Session session = Session.open(invocation);
    PodStore pods = session.pods();
    PodLifecycle lifecycle = session.lifecycle(pods);
    Pod pod = pods.find(invocation.arguments().get(0));
    if (pod.state() != PodState.RUNNING) {
      throw new PodStateException("pod \"" + pod.uuid() + "\" isn't currently running");
    }
    AcName app = AcName.parse(lifecycle.app(pod, invocation.flags().text("app", ""), "attach"));
    StandardStreams streams = lifecycle.streams(pod, app);
    Launcher launcher = new Launcher(session.kernel(), pods, session.console());
    if (choice.list()) {
      Optional<ProcessImage> own = lifecycle.endpoints(pod, app);
      if (own.isPresent()) {
        throw launcher.become(own.get());
      }
      invocation.output().answerBare(list(pod, streams));
      return ExitCode.DONE.status();
    }
    Set<Endpoint> endpoints = choice.endpoints(streams);
    if (endpoints.isEmpty()) {
      throw new PodStateException(
          "cannot attach to app \"" + app + "\": none of its streams can be attached to",
          "run it with --stdin, --stdout or --stderr set to stream or tty");
    }
    throw launcher.become(lifecycle.attach(pod, app, endpoints, streams));
  }

  /** The endpoints in rkt's form; where they can be reached is the pod's control socket. */
  private static String list(Pod pod, StandardStreams streams) {
    JsonWriter json = JsonWriter.pretty(INDENT);
    json.beginObject().name("version").number(1).name("targets").beginArray();
    boolean tty = false;
    for (Endpoint endpoint : Endpoint.values()) {
      StandardStreams.Mode mode = endpoint.mode(streams);
      if (mode == StandardStreams.Mode.STREAM) {
        target(json, pod, endpoint.word());
      }
      tty |= mode == StandardStreams.Mode.TTY;
    }
    if (tty) {
      target(json, pod, "tty");
    }
    return json.endArray().endObject().finish();
  }

  private static void target(JsonWriter json, Pod pod, String name) {
    json.beginObject().name("name").text(name).name("domain").text("unix");
    json.name("address").text(pod.layout().control().toString()).endObject();
  }

  /**
   * What {@code --mode} asks for.
   *
   * @param named streams asked for by name
   * @param ttyIn whether the terminal's input was
   * @param ttyOut whether its output was
   */
  private record Choice(boolean list, Set<Endpoint> named, boolean ttyIn, boolean ttyOut) {
    static Choice parse(String mode) {
      Set<Endpoint> named = EnumSet.noneOf(Endpoint.class);
      boolean ttyIn = false;
      boolean ttyOut = false;
      if (mode.equals(LIST)) {
        return new Choice(true, named, false, false);
      }
      for (String word : mode.equals(AUTO) ? List.<String>of() : Words.split(mode, ',')) {
        switch (word) {
          case "stdin" -> named.add(Endpoint.STDIN);
          case "stdout" -> named.add(Endpoint.STDOUT);
          case "stderr" -> named.add(Endpoint.STDERR);
          case "tty" -> ttyIn = ttyOut = true;
          case "tty-in" -> ttyIn = true;
          case "tty-out" -> ttyOut = true;
          default -> throw new UsageException("unknown endpoint " + Quoted.of(word));
        }
      }
      if ((ttyIn || ttyOut) && !named.isEmpty()) {
        throw new UsageException(
            "incompatible endpoints "
                + Quoted.of(mode)
                + ", cannot simultaneously attach TTY and streams");
      }
      return new Choice(false, named, ttyIn, ttyOut);
    }

    private boolean isAuto() {
      return named.isEmpty() && !ttyIn && !ttyOut;
    }

    /** What there is of what was asked for; something that is not there is refused. */
    Set<Endpoint> endpoints(StandardStreams streams) {
      Set<Endpoint> chosen = EnumSet.noneOf(Endpoint.class);
      for (Endpoint endpoint : Endpoint.values()) {
        boolean tty = endpoint.mode(streams) == StandardStreams.Mode.TTY;
        boolean wanted = isAuto() || (tty && (endpoint == Endpoint.STDIN ? ttyIn : ttyOut));
        if ((wanted || named.contains(endpoint)) && endpoint.mode(streams).isShared()) {
          chosen.add(endpoint);
        } else if (named.contains(endpoint)) {
          throw notThere(endpoint.word());
        }
      }
      if ((ttyIn || ttyOut) && chosen.isEmpty()) {
        throw notThere("tty");
      }
      return chosen;
    }

    private static PodStateException notThere(String endpoint) {
      return new PodStateException(
          "cannot attach to \"" + endpoint + "\": the app has no such endpoint",
          "rkt attach --mode=list shows those it has");
    }
  }
}
