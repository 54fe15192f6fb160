// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import io.rktj.linux.FileStatus;
import io.rktj.spec.AcName;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1Call;
import java.util.ArrayList;
import java.util.List;

/**
 * An app's root, step by step ({@code spec/rkt-runtime.md} sections 3 and 5).
 *
 * <p>Differs from rkt: {@code /dev} is a file system of ours instead of the image's directory, so
 * that nothing in the image decides where devices land. Volumes go in before {@code /proc} is there
 * (no target can lead into it), those below {@code /dev} after it.
 */
final class AppMounts {
  /** Name, major and minor number; all are character devices with mode 0666. */
  private static final Node[] NODES = {
    new Node("null", 1, 3),
    new Node("zero", 1, 5),
    new Node("full", 1, 7),
    new Node("random", 1, 8),
    new Node("urandom", 1, 9),
    new Node("tty", 5, 0),
  };

  private static final Node TUN = new Node("net/tun", 10, 200);
  private static final int NODE_MODE = FileStatus.S_IFCHR | 0666;

  private final Stage1Call call;
  private final Surroundings surroundings;
  private final List<MountOp> mounts = new ArrayList<>();

  private AppMounts(Stage1Call call, Surroundings surroundings) {
    this.call = call;
    this.surroundings = surroundings;
  }

  static List<MountOp> plan(
      Stage1Call call, PreparedApp app, List<AppMount> volumes, Surroundings surroundings) {
    AppMounts plan = new AppMounts(call, surroundings);
    plan.root(app);
    plan.directories();
    plan.volumes(volumes, false);
    plan.devices(targets(volumes, "/dev"));
    plan.kernel(volumes);
    plan.volumes(volumes, true);
    plan.files();
    return plan.mounts;
  }

  private void root(PreparedApp app) {
    if (call.overlay()) {
      AcName name = app.runtime().name();
      mounts.add(
          new MountOp.Overlay(
              app.treeRootfs(),
              call.layout().overlayUpper(app.treeId(), name).toString(),
              call.layout().overlayWork(app.treeId(), name).toString(),
              false));
    } else {
      mounts.add(new MountOp.SelfBind());
    }
  }

  private void directories() {
    mounts.add(new MountOp.Directory("/dev", 0755));
    mounts.add(new MountOp.Directory("/etc", 0755));
    mounts.add(new MountOp.Directory("/proc", 0755));
    mounts.add(new MountOp.Directory("/run", 0755));
    mounts.add(new MountOp.Directory("/sys", 0755));
    mounts.add(new MountOp.Directory("/tmp", 01777));
  }

  private void volumes(List<AppMount> volumes, boolean belowDev) {
    for (AppMount volume : volumes) {
      if (volume.path().startsWith("/dev/") == belowDev) {
        int flags =
            (volume.readOnly() ? MountOp.READ_ONLY : 0)
                | (volume.recursive() ? MountOp.RECURSIVE : 0);
        mounts.add(new MountOp.Bind(volume.source(), volume.path(), flags));
      }
    }
  }

  private void devices(boolean volumeOnDev) {
    if (volumeOnDev) {
      // the user's own /dev: only what is the pod's goes on top; read-only is the node, not the
      // device
      for (Node node : NODES) {
        mounts.add(
            new MountOp.Bind(node.path(), node.path(), MountOp.READ_ONLY | MountOp.OPTIONAL));
      }
    } else {
      mounts.add(
          new MountOp.FileSystem(
              "tmpfs", "/dev", MountOp.NO_SUID | MountOp.NO_EXEC, "mode=755,size=65536k"));
      for (Node node : NODES) {
        mounts.add(node(node));
      }
      if (surroundings.host().tun()) {
        mounts.add(new MountOp.Directory("/dev/net", 0755));
        mounts.add(node(TUN));
      }
    }
    mounts.add(new MountOp.BindFromPod("dev/pts", "/dev/pts", 0));
    mounts.add(new MountOp.BindFromPod("dev/shm", "/dev/shm", 0));
    mounts.add(new MountOp.Symlink("pts/ptmx", "/dev/ptmx"));
    mounts.add(new MountOp.Symlink("/proc/self/fd", "/dev/fd"));
    mounts.add(new MountOp.Symlink("/proc/self/fd/0", "/dev/stdin"));
    mounts.add(new MountOp.Symlink("/proc/self/fd/1", "/dev/stdout"));
    mounts.add(new MountOp.Symlink("/proc/self/fd/2", "/dev/stderr"));
    if (call.interactive()) {
      mounts.add(new MountOp.Console("/dev/console"));
    }
  }

  /** Nobody but the host's root can make device nodes; a pod's own root gets the host's to use. */
  private MountOp node(Node node) {
    return call.users().isNone()
        ? node.make()
        : new MountOp.Bind(node.path(), node.path(), MountOp.OPTIONAL);
  }

  private void kernel(List<AppMount> volumes) {
    mounts.add(new MountOp.BindFromPod("proc", "/proc", MountOp.RECURSIVE));
    if (!targets(volumes, "/sys")) {
      mounts.add(new MountOp.BindFromPod("sys", "/sys", MountOp.RECURSIVE));
    }
  }

  private void files() {
    resolv();
    hosts();
    mounts.add(
        new MountOp.BindFromPod("proc/sys/kernel/hostname", "/etc/hostname", MountOp.READ_ONLY));
    mounts.add(new MountOp.Symlink("../proc/self/mounts", "/etc/mtab"));
  }

  private void resolv() {
    Stage1Call.DnsMode mode = call.dns();
    if (mode == Stage1Call.DnsMode.HOST) {
      mounts.add(
          new MountOp.Bind(
              "/etc/resolv.conf", "/etc/resolv.conf", MountOp.READ_ONLY | MountOp.OPTIONAL));
    } else if (mode == Stage1Call.DnsMode.STAGE0
        || (mode == Stage1Call.DnsMode.DEFAULT && surroundings.networkResolv())) {
      mounts.add(new MountOp.BindFromPod("etc/rkt-resolv.conf", "/etc/resolv.conf", 0));
    }
  }

  private void hosts() {
    Stage1Call.HostsMode mode = call.hosts();
    if (mode == Stage1Call.HostsMode.HOST) {
      mounts.add(
          new MountOp.Bind("/etc/hosts", "/etc/hosts", MountOp.READ_ONLY | MountOp.OPTIONAL));
    } else if (mode == Stage1Call.HostsMode.STAGE0) {
      mounts.add(new MountOp.BindFromPod("etc/rkt-hosts", "/etc/hosts", 0));
    } else {
      mounts.add(new MountOp.BindFromPod("etc/hosts-fallback", "/etc/hosts", MountOp.IF_ABSENT));
    }
  }

  /** Whether a volume is mounted on {@code directory}, or below it unless that is /dev. */
  private static boolean targets(List<AppMount> volumes, String directory) {
    for (AppMount volume : volumes) {
      if (volume.path().equals(directory)
          || (directory.equals("/sys") && volume.path().startsWith("/sys/"))) {
        return true;
      }
    }
    return false;
  }

  private record Node(String name, int major, int minor) {
    String path() {
      return "/dev/" + name;
    }

    MountOp make() {
      return new MountOp.Device(path(), NODE_MODE, FileStatus.device(major, minor));
    }
  }
}
