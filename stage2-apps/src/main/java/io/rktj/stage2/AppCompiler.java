// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.spec.manifest.App;
import io.rktj.spec.manifest.EventHandler;
import io.rktj.spec.manifest.Isolator;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.StandardStreams;
import io.rktj.stage1.plan.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns an app of a pod into an {@link AppPlan}: users and groups to numbers, isolators to
 * capability bits and a system call filter, the environment to its final list ({@code
 * spec/rkt-runtime.md} sections 6 to 8). Looks only into the app's rendered tree, through
 * descriptors that cannot leave it; a volume mounted over the tree's account files is not seen.
 */
public final class AppCompiler {
  private final Kernel kernel;
  private final List<SystemCallAbi> abis;
  private final List<String> warnings = new ArrayList<>();

  /** A compiler that looks into trees through {@code kernel}. */
  public AppCompiler(Kernel kernel) {
    this.kernel = kernel;
    abis = SystemCallAbi.of(System.getProperty("os.arch", ""));
  }

  /** The plan of {@code app}; what cannot be is a {@link Stage1Exception}. */
  public AppPlan compile(PreparedApp app, AppFacts facts) {
    try (Fd root = kernel.open(app.treeRootfs(), Open.O_PATH | Open.O_DIRECTORY, 0)) {
      return compile(app, facts, root.number());
    } catch (ErrnoException e) {
      throw new Stage1Exception("stage1: cannot open the tree of \"" + app.imageName() + "\"", e);
    }
  }

  /** What the user should be told about the plans compiled so far. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  private AppPlan compile(PreparedApp prepared, AppFacts facts, int root) {
    App app = prepared.app();
    String name = prepared.runtime().name().value();
    String given = app.workingDirectory().orElse("");
    String workingDirectory = given.isEmpty() ? "/" : given;
    Accounts accounts = new Accounts(kernel, root);
    int uid = accounts.user(app.user());
    int gid = group(accounts, app, uid, facts);
    List<String> searchPath =
        ProgramSearch.directories(
            AppEnvironment.value(app.environment(), "PATH"), workingDirectory);
    if (app.exec().isEmpty()) {
      throw new Stage1Exception(
          "stage1: image \""
              + prepared.imageName()
              + "\" has an empty \"exec\" (try --exec=BINARY)");
    }
    ProgramSearch.require(kernel, root, prepared, app.exec().get(0), searchPath);
    Filtering filtering = filter(app, facts);
    return new AppPlan(
        prepared.runtime().name(),
        app.exec(),
        searchPath,
        AppEnvironment.of(name, app.environment(), facts),
        workingDirectory,
        uid,
        gid,
        app.supplementaryGids(),
        capabilities(name, app, facts),
        noNewPrivileges(app) || (filtering.active() && uid != 0),
        filtering.program(),
        oomScoreAdjust(app),
        facts.notifies(),
        handlers(app, EventHandler.Event.PRE_START),
        handlers(app, EventHandler.Event.POST_STOP),
        facts.sockets(),
        StandardStreams.of(prepared.runtime().annotations()));
  }

  /** Docker's images may name a group like their user without having it. */
  private static int group(Accounts accounts, App app, int uid, AppFacts facts) {
    if (facts.dockerImage() && app.user().equals(app.group())) {
      return accounts.group(app.group(), uid);
    }
    return accounts.group(app.group());
  }

  private Filtering filter(App app, AppFacts facts) {
    if (!facts.filterSystemCalls()) {
      return new Filtering(false, Bytes.EMPTY);
    }
    if (abis.isEmpty()) {
      warnings.add("warning: system calls are not filtered: no numbers for this machine");
      return new Filtering(true, Bytes.EMPTY);
    }
    Isolator.Seccomp isolator = seccomp(app);
    if (isolator == null) {
      return new Filtering(true, SystemCallFilter.standard(abis));
    }
    if (SystemCallFilter.waives(isolator)) {
      return new Filtering(false, Bytes.EMPTY);
    }
    return new Filtering(true, SystemCallFilter.of(isolator, abis, warnings));
  }

  private static Isolator.@Nullable Seccomp seccomp(App app) {
    Isolator.Seccomp found = null;
    for (Isolator isolator : app.isolators()) {
      if (isolator instanceof Isolator.Seccomp seccomp) {
        if (found != null) {
          throw new Stage1Exception("stage1: too many seccomp isolators specified");
        }
        found = seccomp;
      }
    }
    return found;
  }

  /** An image may ask for any; what undoes the sandbox shall not go unnoticed. */
  private long capabilities(String name, App app, AppFacts facts) {
    if (!facts.restrictCapabilities()) {
      return Capabilities.ALL;
    }
    long set = Capabilities.of(app.isolators());
    String undoing = Capabilities.undoing(set);
    if (!undoing.isEmpty()) {
      warnings.add(
          "warning: app \"" + name + "\" keeps " + undoing + ": it can take over the host");
    }
    return set;
  }

  private static boolean noNewPrivileges(App app) {
    for (Isolator isolator : app.isolators()) {
      if (isolator instanceof Isolator.NoNewPrivileges no && no.value()) {
        return true;
      }
    }
    return false;
  }

  private static int oomScoreAdjust(App app) {
    int value = Integer.MIN_VALUE;
    for (Isolator isolator : app.isolators()) {
      if (isolator instanceof Isolator.OomScoreAdj adjust) {
        value = adjust.value();
      }
    }
    return value;
  }

  private static List<List<String>> handlers(App app, EventHandler.Event event) {
    List<List<String>> commands = new ArrayList<>();
    for (EventHandler handler : app.eventHandlers()) {
      if (handler.event() == event && !handler.exec().isEmpty()) {
        if (!handler.exec().get(0).startsWith("/")) {
          throw new Stage1Exception(
              "stage1: the "
                  + event.text()
                  + " handler of an app must be an absolute path, not \""
                  + handler.exec().get(0)
                  + "\"");
        }
        commands.add(handler.exec());
      }
    }
    return commands;
  }

  /** A filter, and whether filtering is in force (an empty program may filter nothing). */
  private record Filtering(boolean active, Bytes program) {}
}
