// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.spec.AcName;
import io.rktj.stage0.launch.AppLifecycle;
import java.util.function.IntSupplier;

/** What the commands on apps of mutable pods have in common. */
final class AppCommands {
  private static final int FAILED = ExitCode.UNREADABLE_UUID_FILE.status();

  private AppCommands() {}

  /** As rkt, some of the commands end with 1 where others end with 254. */
  static int failing(Invocation invocation, IntSupplier work) {
    try {
      return work.getAsInt();
    } catch (RuntimeException e) {
      invocation.complain(e);
      return FAILED;
    }
  }

  /** Wrong arguments of such a command. */
  static int misused(Invocation invocation, String reason) {
    invocation.misused(reason);
    return FAILED;
  }

  /** What is done to one app of a pod. */
  interface Work {
    /** Does it. */
    void on(AppLifecycle apps, AcName name);
  }

  /** The command {@code app start}, {@code stop} or {@code rm}. */
  static CommandBody on(Work work) {
    return invocation -> {
      String name = invocation.flags().text("app", "");
      if (invocation.arguments().size() != 1) {
        return invocation.misused("must provide the pod's UUID");
      }
      if (name.isEmpty()) {
        return invocation.misused("must provide the app, by --app");
      }
      Session session = Session.open(invocation);
      AppLifecycle apps = apps(session, invocation.arguments().get(0));
      work.on(apps, AcName.parse(name));
      return ExitCode.DONE.status();
    };
  }

  /** The command {@code app stop}. */
  static CommandBody stop() {
    return invocation ->
        on((apps, name) -> {
              if (!apps.stop(name)) {
                invocation.say("app \"" + name + "\" is not running");
              }
            })
            .call(invocation);
  }

  /** The apps of the pod that {@code uuid} is the beginning of. */
  static AppLifecycle apps(Session session, String uuid) {
    var pods = session.pods();
    return session.lifecycle(pods).apps(pods.find(uuid));
  }
}
