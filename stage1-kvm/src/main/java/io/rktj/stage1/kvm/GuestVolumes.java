// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import io.rktj.stage1.plan.AppMount;
import io.rktj.stage1.plan.MountOp;
import io.rktj.stage1.plan.PodVolumes;
import java.util.ArrayList;
import java.util.List;

/**
 * A pod's volumes as the machine gets them: one shared tree with an entry for each, bound there on
 * the host with its restrictions, so that nothing the guest does can undo them.
 */
final class GuestVolumes {
  /** Where the shared tree is mounted in the guest. */
  static final String PATH = "/volumes";

  private final List<AppMount> shared = new ArrayList<>();
  private final List<MountOp> tree = new ArrayList<>();

  /** What the names of entries begin with; a number follows. */
  private final String prefix;

  private GuestVolumes(String prefix) {
    this.prefix = prefix;
  }

  static GuestVolumes of(PodVolumes volumes) {
    GuestVolumes guest = new GuestVolumes("");
    guest.tree.add(new MountOp.FileSystem("tmpfs", "/", MountOp.NO_SUID, "mode=0755,size=1m"));
    return guest.with(volumes);
  }

  /**
   * Those of an app that comes later, and the tree of its image, which is the first of the entries
   * NAME.0, NAME.1 and so on; pod-init takes them off again with the app.
   */
  static GuestVolumes ofApp(String app, String rootfs, PodVolumes volumes) {
    GuestVolumes guest = new GuestVolumes(app + ".");
    guest.share(new AppMount("", rootfs, "/", true, false));
    return guest.with(volumes);
  }

  /** Where the guest finds the tree of an app that comes later. */
  static String treeOf(String app) {
    return PATH + "/" + app + ".0";
  }

  private GuestVolumes with(PodVolumes volumes) {
    for (List<AppMount> mounts : volumes.mounts()) {
      for (AppMount mount : mounts) {
        share(mount);
      }
    }
    return this;
  }

  boolean isEmpty() {
    return shared.isEmpty();
  }

  /** How the shared tree is made on the host. */
  List<MountOp> tree() {
    return tree;
  }

  /** The same volumes, with their sources in the guest. */
  PodVolumes inGuest(PodVolumes volumes) {
    List<List<AppMount>> moved = new ArrayList<>();
    for (List<AppMount> mounts : volumes.mounts()) {
      List<AppMount> app = new ArrayList<>();
      for (AppMount mount : mounts) {
        String source = PATH + "/" + prefix + share(mount);
        app.add(
            new AppMount(
                mount.volume(), source, mount.path(), mount.readOnly(), mount.recursive()));
      }
      moved.add(app);
    }
    return new PodVolumes(moved, List.of(), List.of(), volumes.warnings());
  }

  private int share(AppMount mount) {
    for (int i = 0; i < shared.size(); i++) {
      AppMount known = shared.get(i);
      if (known.source().equals(mount.source())
          && known.readOnly() == mount.readOnly()
          && known.recursive() == mount.recursive()) {
        return i;
      }
    }
    int number = shared.size();
    shared.add(mount);
    tree.add(
        new MountOp.Bind(
            mount.source(),
            "/" + prefix + number,
            MountOp.NO_SUID
                | MountOp.NO_DEV
                | (mount.readOnly() ? MountOp.READ_ONLY : 0)
                | (mount.recursive() ? MountOp.RECURSIVE : 0)));
    return number;
  }
}
