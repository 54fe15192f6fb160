// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import io.rktj.pod.PodLayout;
import io.rktj.spec.AcName;
import io.rktj.spec.CleanPath;
import io.rktj.spec.manifest.Mount;
import io.rktj.spec.manifest.MountPoint;
import io.rktj.spec.manifest.Volume;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Joins mounts, mount points and volumes of a pod ({@code spec/rkt-runtime.md} section 5): explicit
 * mounts first, then the mount points that no mount has taken, with an empty volume made up for
 * those that nobody has given one.
 */
public final class VolumeResolver {
  private static final int PERMISSIONS = 0777;
  private static final int DEFAULT_MODE = 0755;

  private final PodLayout layout;
  private final List<Volume> podVolumes;
  private final List<EmptyVolume> emptyVolumes = new ArrayList<>();
  private final List<AppMount> hostVolumes = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  private VolumeResolver(Stage1Call call) {
    layout = call.layout();
    podVolumes = call.manifest().volumes();
  }

  /** The volumes of {@code call}; a mount of an unknown volume is a {@link Stage1Exception}. */
  public static PodVolumes resolve(Stage1Call call) {
    VolumeResolver resolver = new VolumeResolver(call);
    List<List<AppMount>> mounts = new ArrayList<>();
    for (PreparedApp app : call.apps()) {
      mounts.add(resolver.mountsOf(app));
    }
    return new PodVolumes(mounts, resolver.emptyVolumes, resolver.hostVolumes, resolver.warnings);
  }

  private List<AppMount> mountsOf(PreparedApp app) {
    List<AppMount> mounts = new ArrayList<>();
    for (Mount mount : app.runtime().mounts()) {
      Volume volume = mount.appVolume().isPresent() ? mount.appVolume().get() : find(mount);
      mounts.add(place(volume, mount.path(), app));
    }
    for (MountPoint point : app.app().mountPoints()) {
      if (!isTaken(point.path(), app.runtime().mounts())) {
        Volume volume = find(point.name().value());
        mounts.add(place(volume == null ? implicit(app, point) : volume, point.path(), app));
      }
    }
    return mounts;
  }

  private Volume find(Mount mount) {
    Volume volume = find(mount.volume().value());
    if (volume == null) {
      throw new Stage1Exception(
          "stage1: cannot mount on \""
              + mount.path()
              + "\": could not find volume \""
              + mount.volume()
              + "\"");
    }
    return volume;
  }

  private @Nullable Volume find(String name) {
    for (Volume volume : podVolumes) {
      if (volume.name().value().equals(name)) {
        return volume;
      }
    }
    return null;
  }

  private static boolean isTaken(String path, List<Mount> mounts) {
    for (Mount mount : mounts) {
      if (mount.path().equals(path)) {
        return true;
      }
    }
    return false;
  }

  private Volume implicit(PreparedApp app, MountPoint point) {
    warnings.add(
        "warning: no volume specified for mount point \""
            + point.name()
            + "\", implicitly creating an \"empty\" volume."
            + " This volume will be removed when the pod is garbage-collected.");
    AcName name = AcName.parse(app.runtime().name() + "-" + point.name());
    if (app.isFromDocker()) {
      addFilledVolume(name, app, point);
    }
    return new Volume(
        name,
        Volume.Kind.EMPTY,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** As Docker does: a volume begins with what the image has in its place. */
  private void addFilledVolume(AcName name, PreparedApp app, MountPoint point) {
    warnings.add(
        "Docker converted image, initializing implicit volume with data contained at the mount"
            + " point \""
            + point.name()
            + "\".");
    EmptyVolume.Seed seed = new EmptyVolume.Seed(app.treeRootfs(), CleanPath.of(point.path()));
    emptyVolumes.add(
        new EmptyVolume(
            layout.sharedVolume(name).toString(), DEFAULT_MODE, 0, 0, Optional.of(seed)));
  }

  private AppMount place(Volume volume, String path, PreparedApp app) {
    boolean host = volume.kind() == Volume.Kind.HOST;
    AppMount mount =
        new AppMount(
            volume.name().value(),
            host ? hostSource(volume) : layout.sharedVolume(volume.name()).toString(),
            CleanPath.of(path),
            isReadOnly(volume, app),
            volume.recursive().isEmpty() || volume.recursive().get());
    if (host) {
      addHostVolume(mount);
    } else {
      addEmptyVolume(mount.source(), volume);
    }
    return mount;
  }

  private static String hostSource(Volume volume) {
    if (volume.source().isEmpty()) {
      throw new Stage1Exception(
          "stage1: cannot mount volume \"" + volume.name() + "\": it has no source");
    }
    return volume.source().get();
  }

  /** The volume's own word counts; else that of the mount point with the volume's name. */
  private static boolean isReadOnly(Volume volume, PreparedApp app) {
    if (volume.readOnly().isPresent()) {
      return volume.readOnly().get();
    }
    for (MountPoint point : app.app().mountPoints()) {
      if (point.name().value().equals(volume.name().value())) {
        return point.readOnly();
      }
    }
    return false;
  }

  private void addHostVolume(AppMount mount) {
    for (AppMount known : hostVolumes) {
      if (known.source().equals(mount.source())) {
        return;
      }
    }
    hostVolumes.add(mount);
  }

  private void addEmptyVolume(String directory, Volume volume) {
    for (EmptyVolume known : emptyVolumes) {
      if (known.directory().equals(directory)) {
        return;
      }
    }
    emptyVolumes.add(
        new EmptyVolume(
            directory,
            volume.mode().isEmpty() ? DEFAULT_MODE : mode(volume, volume.mode().get()),
            volume.uid().isEmpty() ? 0 : volume.uid().get(),
            volume.gid().isEmpty() ? 0 : volume.gid().get(),
            Optional.empty()));
  }

  private static int mode(Volume volume, String octal) {
    try {
      return Integer.parseInt(octal, 8) & PERMISSIONS;
    } catch (NumberFormatException e) {
      throw new Stage1Exception(
          "stage1: cannot make volume \""
              + volume.name()
              + "\": mode \""
              + octal
              + "\" is not an octal number",
          e);
    }
  }
}
