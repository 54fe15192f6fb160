// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.pod.Pod;
import io.rktj.pod.PodState;
import io.rktj.pod.PodStateException;
import io.rktj.pod.PodStore;
import io.rktj.stage0.launch.Launcher;
import io.rktj.stage0.launch.PodLifecycle;
import java.util.List;

/** {@code rkt enter} ({@code spec/rkt-cli.md} section 4.8). */
final class EnterCommand implements CommandBody {
  private static final String SHELL = "/bin/bash";

  @Override
  public int call(Invocation invocation) {
    List<String> words = invocation.arguments();
    if (!words.isEmpty() && words.get(0).equals("--")) {
      words = words.subList(1, words.size());
    }
    if (words.isEmpty()) {
      return invocation.misused("must provide a pod");
    }
    Session session = Session.open(invocation);
    PodStore pods = session.pods();
    PodLifecycle lifecycle = session.lifecycle(pods);
    Pod pod = pods.find(words.get(0));
    if (pod.state() != PodState.RUNNING) {
      throw new PodStateException("pod \"" + pod.uuid() + "\" isn't currently running");
    }
    String app = lifecycle.app(pod, invocation.flags().text("app", ""), "enter");
    List<String> command = words.subList(1, words.size());
    if (command.isEmpty()) {
      invocation.say("no command specified, assuming " + Quoted.of(SHELL));
      command = List.of(SHELL);
    }
    Launcher launcher = new Launcher(session.kernel(), pods, session.console());
    throw launcher.become(lifecycle.enter(pod, app, command));
  }
}
