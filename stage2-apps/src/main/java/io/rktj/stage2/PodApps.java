// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.linux.Kernel;
import io.rktj.pod.IdRange;
import io.rktj.spec.manifest.Port;
import io.rktj.stage1.Activation;
import io.rktj.stage1.AppSocket;
import io.rktj.stage1.Notices;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.StandardStreams;
import java.util.ArrayList;
import java.util.List;

/** The app plans of a whole pod, the same for every flavour. */
public final class PodApps {
  private static final String METADATA_URL = "AC_METADATA_URL";

  private PodApps() {}

  /** Compiles every app of {@code call}, in the pod's order; warnings go to {@code notices}. */
  public static List<AppPlan> compile(Kernel kernel, Stage1Call call, Notices notices) {
    AppCompiler compiler = new AppCompiler(kernel);
    List<AppPlan> apps = new ArrayList<>();
    for (PreparedApp app : call.apps()) {
      AppPlan plan = compiler.compile(app, facts(call, app, sockets(call, app, notices)));
      if (!call.users().isNone()) {
        requireIds(plan, call.users());
      }
      apps.add(plan);
    }
    if (!call.sockets().isEmpty()) {
      Activation.warnOfOthers(call, notices);
    }
    for (String warning : compiler.warnings()) {
      notices.warn(warning);
    }
    return apps;
  }

  /** Refuses users that the pod's user name space does not have. */
  private static void requireIds(AppPlan app, IdRange users) {
    boolean all = users.has(app.uid()) && users.has(app.gid());
    for (int gid : app.supplementaryGids()) {
      all &= users.has(gid);
    }
    if (!all) {
      throw new Stage1Exception(
          "stage1: cannot run app \""
              + app.name()
              + "\": with --private-users its user and groups must be below "
              + users.count());
    }
  }

  /**
   * The same for a flavour that confines nothing: no limits of capabilities or system calls, and
   * nobody who could be notified.
   */
  public static List<AppPlan> compileUnconfined(Kernel kernel, Stage1Call call) {
    AppCompiler compiler = new AppCompiler(kernel);
    List<AppPlan> apps = new ArrayList<>();
    for (PreparedApp app : call.apps()) {
      boolean docker = app.isFromDocker();
      apps.add(compiler.compile(app, new AppFacts(false, false, "", false, "", List.of(), docker)));
    }
    return apps;
  }

  private static List<AppSocket> sockets(Stage1Call call, PreparedApp app, Notices notices) {
    List<Port> ports = app.app().ports();
    for (int i = 0; i < ports.size(); i++) {
      if (ports.get(i).socketActivated()) {
        return Activation.sockets(call, app, notices);
      }
    }
    return List.of();
  }

  /**
   * The same apps, told where the metadata service is, which is known only once the pod has its
   * network; what an app says of it itself does not count. An empty {@code url} changes nothing.
   */
  public static List<AppPlan> withMetadata(List<AppPlan> apps, String url) {
    if (url.isEmpty()) {
      return apps;
    }
    List<AppPlan> told = new ArrayList<>();
    for (AppPlan app : apps) {
      told.add(app.with(METADATA_URL, url));
    }
    return told;
  }

  private static AppFacts facts(Stage1Call call, PreparedApp app, List<AppSocket> sockets) {
    return new AppFacts(
        call.restrictCapabilities(),
        call.filterSystemCalls(),
        terminal(call, app),
        isTrue(app.imageAnnotation("appc.io/executor/supports-systemd-notify")),
        PodInit.watchdog(call.environment()),
        sockets,
        app.isFromDocker());
  }

  /** What kind of terminal an app is on; empty for none. */
  private static String terminal(Stage1Call call, PreparedApp app) {
    boolean own = StandardStreams.of(app.runtime().annotations()).hasTerminal();
    if (!call.interactive() && !own) {
      return "";
    }
    String variable = PodInit.variable(call.environment(), "TERM=");
    if (variable.isEmpty()) {
      return own ? "vt220" : "";
    }
    return variable.substring("TERM=".length());
  }

  /** The spellings that rkt takes for true. */
  private static boolean isTrue(String text) {
    return text.equals("1")
        || text.equals("t")
        || text.equals("T")
        || text.equals("true")
        || text.equals("TRUE")
        || text.equals("True");
  }

  /** What each app finds in its environment, in the pod's order. */
  public static List<List<String>> environments(List<AppPlan> apps) {
    List<List<String>> environments = new ArrayList<>();
    for (AppPlan app : apps) {
      environments.add(app.environment());
    }
    return environments;
  }
}
