// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.nspawn;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.FileStatus;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.spec.manifest.Mount;
import io.rktj.spec.manifest.MountPoint;
import io.rktj.spec.manifest.Volume;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.plan.AppMount;
import io.rktj.stage1.plan.PodVolumes;
import io.rktj.stage1.plan.VolumeResolver;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The volumes of a pod without name spaces ({@code spec/rkt-runtime.md} section 19): joined by
 * name, each at most once, none made up, and without submounts unless the volume says so.
 */
final class FlyVolumes {
  private final Stage1Call call;
  private final PreparedApp app;

  private FlyVolumes(Stage1Call call) {
    this.call = call;
    app = call.apps().get(0);
  }

  /** The volumes of the one app of {@code call}; what cannot be is a {@link Stage1Exception}. */
  static PodVolumes resolve(Stage1Call call) {
    FlyVolumes volumes = new FlyVolumes(call);
    volumes.check();
    PodVolumes resolved = VolumeResolver.resolve(call);
    List<AppMount> mounts = new ArrayList<>();
    for (AppMount mount : resolved.mounts().get(0)) {
      mounts.add(
          new AppMount(
              mount.volume(),
              mount.source(),
              mount.path(),
              mount.readOnly(),
              volumes.isRecursive(mount.volume())));
    }
    return new PodVolumes(
        List.of(mounts), resolved.emptyVolumes(), resolved.hostVolumes(), resolved.warnings());
  }

  private void check() {
    List<Mount> mounts = app.runtime().mounts();
    for (int i = 0; i < mounts.size(); i++) {
      for (int earlier = 0; earlier < i; earlier++) {
        if (mounts.get(earlier).volume().equals(mounts.get(i).volume())) {
          throw refusal("duplicate mount given: \"" + mounts.get(i).volume() + "\"");
        }
      }
    }
    for (MountPoint point : app.app().mountPoints()) {
      check(point, mounts);
    }
  }

  private void check(MountPoint point, List<Mount> mounts) {
    boolean given = false;
    for (Mount mount : mounts) {
      if (mount.volume().value().equals(point.name().value())) {
        if (!mount.path().equals(point.path())) {
          throw refusal(
              "conflicting path information from mount and mountpoint \"" + point.name() + "\"");
        }
        given = mount.appVolume().isPresent();
      }
    }
    if (!given && !hasVolume(point.name().value())) {
      throw refusal("missing volume for mountpoint \"" + point.name() + "\"");
    }
  }

  private boolean hasVolume(String name) {
    for (Volume volume : call.manifest().volumes()) {
      if (volume.name().value().equals(name)) {
        return true;
      }
    }
    return false;
  }

  private boolean isRecursive(String name) {
    for (Mount mount : app.runtime().mounts()) {
      if (mount.volume().value().equals(name) && mount.appVolume().isPresent()) {
        return mount.appVolume().get().recursive().orElse(false);
      }
    }
    for (Volume volume : call.manifest().volumes()) {
      if (volume.name().value().equals(name)) {
        return volume.recursive().orElse(false);
      }
    }
    return false;
  }

  /** Refuses to mount a directory on a file, and the other way round, where that can be seen. */
  static void checkTargets(Kernel kernel, Stage1Call call, List<AppMount> mounts) {
    String tree = call.apps().get(0).treeRootfs();
    for (AppMount mount : mounts) {
      checkTarget(kernel, tree, mount);
    }
  }

  private static void checkTarget(Kernel kernel, String tree, AppMount mount) {
    try (Fd root = kernel.open(tree, Open.O_PATH | Open.O_DIRECTORY, 0);
        Fd source = kernel.open(mount.source(), Open.O_PATH, 0);
        Fd target = kernel.openInRoot(root.number(), bytes(mount.path()), Open.O_PATH, 0)) {
      boolean from = isDirectory(kernel, source);
      if (from != isDirectory(kernel, target)) {
        String inside = tree + mount.path();
        throw refusal(
            "can't mount because \""
                + (from ? mount.source() : inside)
                + "\" is a directory while \""
                + (from ? inside : mount.source())
                + "\" is not");
      }
    } catch (ErrnoException e) {
      // Not there yet, or below another volume: it is made to match.
    }
  }

  private static boolean isDirectory(Kernel kernel, Fd fd) throws ErrnoException {
    return (kernel.stat(fd.number()).mode() & FileStatus.S_IFMT) == FileStatus.S_IFDIR;
  }

  private static byte[] bytes(String path) {
    return path.getBytes(StandardCharsets.UTF_8);
  }

  private static Stage1Exception refusal(String text) {
    return new Stage1Exception(text);
  }
}
