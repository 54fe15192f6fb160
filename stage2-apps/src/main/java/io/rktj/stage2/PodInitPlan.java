// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.pod.IdRange;
import io.rktj.stage1.AppSocket;
import io.rktj.stage1.StandardStreams;
import io.rktj.stage1.plan.AppSandbox;
import io.rktj.stage1.plan.Bytes;
import io.rktj.stage1.plan.CgroupPlan;
import io.rktj.stage1.plan.MountOp;
import io.rktj.stage1.plan.NetworkPlan;
import io.rktj.stage1.plan.SandboxPlan;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The plan that pod-init carries out, as bytes. Written here, read by {@code src/main/c/plan.c}
 * from a descriptor it inherits; it never touches a disk of its own and belongs to exactly one
 * version of both, which is what the last byte of the magic number stands for.
 *
 * <p>Numbers are 32 bits, least significant byte first. A <i>text</i> is its length, its bytes
 * (UTF-8, no zero byte) and one to four zero bytes up to a multiple of four. A <i>blob</i> is its
 * length, its bytes, and zero to three zero bytes. A <i>list</i> is its number of elements and the
 * elements. So every field lies at a multiple of four, and texts can be used where they lie.
 *
 * <pre>{@code
 * magic "rktjpln1" | size of the whole plan
 * text uuid, hostname, podDirectory, root, readyLink
 * network: 0 host, 1 loopback only, 2 joined | text path of the name space
 * flags: 1 keeps the host's IPC, 2 interactive, 16 takes apps | stopTimeoutMillis
 * list of operations: kind (order of MountOp) | text a, b, c | flags | mode | device (64 bits)
 * control groups: list of (text path | list of (text file, value | required) | blob program),
 *                 list of text join
 * bytes of a log file (64 bits) | number of log files | users
 * users: first id on the host | how many, or 0
 * list of apps: text name, rootfs | list of operations | read-only root | control groups
 *               | text logFile, kubernetesLog, statusFile
 *               | list of text arguments, searchPath, environment | text workingDirectory
 *               | uid | gid | list of gids | capabilities (64 bits)
 *               | flags: 1 no new privileges, 2 notifies | blob seccomp | oomScoreAdjust
 *               | list of (list of text) preStart, postStop
 *               | list of sockets: descriptor or -1, 1 for UDP, port | text LISTEN_FDNAMES=...
 *               | standard streams, 4 bits each: 0 default, 1 null, 2 stream, 3 terminal
 * }</pre>
 *
 * <p>The plan of one app, for a pod that takes apps: {@code magic "rktjapp1" | size of the whole |
 * users | the app} as above.
 *
 * <p>A sample, the end of a plan: {@code 05 00 00 00 "/bin/" 00 00 00} is the text {@code /bin/}.
 */
public final class PodInitPlan {
  private static final byte[] MAGIC = "rktjpln1".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] APP_MAGIC = "rktjapp1".getBytes(StandardCharsets.US_ASCII);
  private static final int HOST_NETWORK = 0;
  private static final int LOOPBACK_ONLY = 1;
  private static final int JOINED = 2;

  private final PlanBuffer out = new PlanBuffer();

  private PodInitPlan() {}

  /** The bytes for {@code sandbox} and its apps; {@code apps} are in the sandbox's order. */
  public static byte[] write(SandboxPlan sandbox, List<AppPlan> apps) {
    if (apps.size() != sandbox.apps().size()) {
      throw new IllegalArgumentException("one app plan per app sandbox is wanted");
    }
    PodInitPlan plan = new PodInitPlan();
    plan.pod(sandbox);
    plan.out.number(apps.size());
    for (int i = 0; i < apps.size(); i++) {
      AppSandbox surroundings = sandbox.apps().get(i);
      AppPlan app = apps.get(i);
      if (!app.name().value().equals(surroundings.name().value())) {
        throw new IllegalArgumentException("app plans are in another order than app sandboxes");
      }
      plan.surroundings(surroundings);
      plan.app(app);
    }
    plan.out.put(MAGIC.length, plan.out.length());
    return plan.out.toArray();
  }

  /** The bytes for an app that is added to a running pod. */
  public static byte[] write(IdRange users, AppSandbox surroundings, AppPlan app) {
    PodInitPlan plan = new PodInitPlan();
    plan.out.raw(APP_MAGIC, 0);
    plan.out.number(0);
    plan.users(users);
    plan.surroundings(surroundings);
    plan.app(app);
    plan.out.put(APP_MAGIC.length, plan.out.length());
    return plan.out.toArray();
  }

  private void pod(SandboxPlan sandbox) {
    out.raw(MAGIC, 0);
    out.number(0);
    out.text(sandbox.uuid().toString());
    out.text(sandbox.hostname());
    out.text(sandbox.podDirectory());
    out.text(sandbox.root());
    out.text(sandbox.readyLink());
    network(sandbox.network());
    out.number(
        (sandbox.shareIpc() ? 1 : 0)
            | (sandbox.interactive() ? 2 : 0)
            | (sandbox.takesApps() ? 16 : 0));
    out.number(sandbox.stopTimeoutMillis());
    operations(out, sandbox.mounts());
    cgroups(out, sandbox.cgroups());
    out.wide(sandbox.logs().bytes());
    out.number(sandbox.logs().files());
    users(sandbox.users());
  }

  private void users(IdRange users) {
    out.number(users.first());
    out.number(users.count());
  }

  private void network(NetworkPlan network) {
    if (network instanceof NetworkPlan.Joined joined) {
      out.number(JOINED);
      out.text(joined.path());
    } else {
      out.number(network instanceof NetworkPlan.Host ? HOST_NETWORK : LOOPBACK_ONLY);
      out.text("");
    }
  }

  static void operations(PlanBuffer out, List<MountOp> operations) {
    out.number(operations.size());
    for (MountOp operation : operations) {
      operation(out, operation);
    }
  }

  private static void operation(PlanBuffer out, MountOp operation) {
    if (operation instanceof MountOp.Overlay o) {
      operation(out, 0, o.lower(), o.upper(), o.work(), o.isVolatile() ? 1 : 0, 0, 0);
    } else if (operation instanceof MountOp.SelfBind) {
      operation(out, 1, "", "", "", 0, 0, 0);
    } else if (operation instanceof MountOp.Bind o) {
      operation(out, 2, o.source(), o.path(), "", o.flags(), 0, 0);
    } else if (operation instanceof MountOp.BindFromPod o) {
      operation(out, 3, o.source(), o.path(), "", o.flags(), 0, 0);
    } else if (operation instanceof MountOp.FileSystem o) {
      operation(out, 4, o.type(), o.path(), o.data(), o.flags(), 0, 0);
    } else if (operation instanceof MountOp.Directory o) {
      operation(out, 5, "", o.path(), "", 0, o.mode(), 0);
    } else if (operation instanceof MountOp.Symlink o) {
      operation(out, 6, o.target(), o.path(), "", 0, 0, 0);
    } else if (operation instanceof MountOp.Device o) {
      operation(out, 7, "", o.path(), "", 0, o.mode(), o.device());
    } else if (operation instanceof MountOp.ReadOnly o) {
      operation(out, 8, "", o.path(), "", o.flags(), 0, 0);
    } else if (operation instanceof MountOp.Mask o) {
      operation(out, 9, "", o.path(), "", 0, 0, 0);
    } else if (operation instanceof MountOp.Console o) {
      operation(out, 10, "", o.path(), "", 0, 0, 0);
    } else {
      throw new AssertionError(operation);
    }
  }

  private static void operation(
      PlanBuffer out, int kind, String a, String b, String c, int flags, int mode, long device) {
    out.number(kind);
    out.text(a);
    out.text(b);
    out.text(c);
    out.number(flags);
    out.number(mode);
    out.wide(device);
  }

  static void cgroups(PlanBuffer out, CgroupPlan cgroups) {
    out.number(cgroups.directories().size());
    for (CgroupPlan.Directory directory : cgroups.directories()) {
      out.text(directory.path());
      out.number(directory.settings().size());
      for (CgroupPlan.Setting setting : directory.settings()) {
        out.text(setting.file());
        out.text(setting.value());
        out.flag(setting.required());
      }
      out.blob(directory.deviceProgram().toArray());
    }
    out.texts(cgroups.join());
  }

  private void surroundings(AppSandbox app) {
    out.text(app.name().value());
    out.text(app.rootfs());
    operations(out, app.mounts());
    out.flag(app.readOnlyRoot());
    cgroups(out, app.cgroups());
    out.text(app.logFile());
    out.text(app.kubernetesLog());
    out.text(app.statusFile());
  }

  private void app(AppPlan app) {
    out.texts(app.arguments());
    out.texts(app.searchPath());
    out.texts(app.environment());
    out.text(app.workingDirectory());
    out.number(app.uid());
    out.number(app.gid());
    out.number(app.supplementaryGids().size());
    for (int gid : app.supplementaryGids()) {
      out.number(gid);
    }
    out.wide(app.capabilities());
    out.number((app.noNewPrivileges() ? 1 : 0) | (app.notifies() ? 2 : 0));
    blob(app.seccomp());
    out.number(app.oomScoreAdjust());
    commands(app.preStart());
    commands(app.postStop());
    sockets(app.sockets());
    streams(app.streams());
  }

  private void sockets(List<AppSocket> sockets) {
    StringBuilder names = new StringBuilder();
    out.number(sockets.size());
    for (AppSocket socket : sockets) {
      out.number(socket.fd());
      out.number(socket.datagrams() ? 1 : 0);
      out.number(socket.port());
      names.append(names.length() == 0 ? "LISTEN_FDNAMES=" : ":").append(socket.name());
    }
    out.text(names.toString());
  }

  private void streams(StandardStreams streams) {
    out.number(
        streams.stdin().number() | streams.stdout().number() << 4 | streams.stderr().number() << 8);
  }

  private void commands(List<List<String>> commands) {
    out.number(commands.size());
    for (List<String> command : commands) {
      out.texts(command);
    }
  }

  private void blob(Bytes bytes) {
    out.blob(bytes.toArray());
  }
}
