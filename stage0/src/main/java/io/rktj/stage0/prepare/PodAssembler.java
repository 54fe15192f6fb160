// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.prepare;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.AcName;
import io.rktj.spec.CleanPath;
import io.rktj.spec.MalformedException;
import io.rktj.spec.SemVer;
import io.rktj.spec.manifest.Annotation;
import io.rktj.spec.manifest.App;
import io.rktj.spec.manifest.ImageManifest;
import io.rktj.spec.manifest.Mount;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.spec.manifest.RuntimeApp;
import io.rktj.spec.manifest.RuntimeImage;
import io.rktj.spec.manifest.Volume;
import io.rktj.stage0.store.StoredImage;
import io.rktj.stage0.tree.ImageTree;
import io.rktj.stage1.Stage1Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The command line and the images to a pod manifest, by rkt's rules. Pure. */
final class PodAssembler {
  private final PodOptions options;
  private final AppOverrides overrides;
  private final SemVer acVersion;

  PodAssembler(PodOptions options, Caller caller, SemVer acVersion) {
    this.options = options;
    this.overrides = new AppOverrides(options, caller);
    this.acVersion = acVersion;
  }

  PodManifest assemble(List<AppRequest> requests, List<ImageTree> images) {
    if (requests.isEmpty() && !options.mutable()) {
      throw new MalformedException("pod must contain at least one application");
    }
    List<RuntimeApp> apps = new ArrayList<>(requests.size());
    for (int i = 0; i < requests.size(); i++) {
      RuntimeApp app = app(requests.get(i), images.get(i).image());
      requireNewName(apps, app.name());
      apps.add(app);
    }
    new PortCheck(apps).check(options.ports());
    return new PodManifest(
        acVersion,
        apps,
        options.volumes(),
        List.of(),
        annotations(),
        options.ports(),
        options.userAnnotations(),
        options.userLabels());
  }

  /** The entry of one app; of a pod that takes apps, by the options of its addition. */
  RuntimeApp app(AppRequest request, StoredImage image) {
    ImageManifest manifest = image.manifest();
    App app = overrides.apply(request, manifest);
    return new RuntimeApp(
        request.name().isPresent() ? request.name().get() : nameOf(manifest.name()),
        new RuntimeImage(image.id(), Optional.of(manifest.name()), manifest.labels()),
        Optional.of(app),
        request.readOnlyRootFs().isPresent() && request.readOnlyRootFs().get(),
        mounts(request),
        request.annotations());
  }

  /** The last component of an image's name. */
  static AcName nameOf(AcIdentifier image) {
    String name = image.value();
    return AcName.sanitize(name.substring(name.lastIndexOf('/') + 1));
  }

  private static void requireNewName(List<RuntimeApp> apps, AcName name) {
    for (RuntimeApp app : apps) {
      if (app.name().value().equals(name.value())) {
        throw new MalformedException("error: multiple apps with name " + name);
      }
    }
  }

  /** The app's own come first; the first for a path counts ({@code spec/rkt-runtime.md} 5). */
  private List<Mount> mounts(AppRequest request) {
    List<Mount> mounts = new ArrayList<>();
    List<String> paths = new ArrayList<>();
    for (Mount mount : request.mounts()) {
      add(mount, mounts, paths);
    }
    for (Mount mount : options.mounts()) {
      add(mount, mounts, paths);
    }
    return mounts;
  }

  private void add(Mount mount, List<Mount> mounts, List<String> paths) {
    if (mount.appVolume().isEmpty() && !isDeclared(mount.volume())) {
      throw new MalformedException(
          "dangling mount point \""
              + mount.path()
              + "\": volume \""
              + mount.volume()
              + "\" not found");
    }
    String path = CleanPath.of(mount.path());
    if (!paths.contains(path)) {
      paths.add(path);
      mounts.add(mount);
    }
  }

  private boolean isDeclared(AcName name) {
    for (Volume volume : options.volumes()) {
      if (volume.name().value().equals(name.value())) {
        return true;
      }
    }
    return false;
  }

  private List<Annotation> annotations() {
    List<Annotation> annotations = new ArrayList<>(options.annotations());
    annotations.add(
        new Annotation(
            AcIdentifier.parse(Stage1Call.MUTABLE), options.mutable() ? "true" : "false"));
    return annotations;
  }
}
