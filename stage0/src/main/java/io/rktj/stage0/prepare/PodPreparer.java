// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.prepare;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.linux.DirectoryMaker;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.SmallFiles;
import io.rktj.pod.HostException;
import io.rktj.pod.IdRange;
import io.rktj.pod.LockedPod;
import io.rktj.pod.PodLayout;
import io.rktj.spec.AcName;
import io.rktj.spec.MalformedException;
import io.rktj.spec.SemVer;
import io.rktj.spec.json.PodManifestJson;
import io.rktj.spec.manifest.App;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.spec.manifest.RuntimeApp;
import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.store.StoredImage;
import io.rktj.stage0.tree.ImageTree;
import io.rktj.stage0.tree.RenderedTree;
import io.rktj.stage0.tree.TreeStore;
import io.rktj.stage1.PreparedApp;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * App requests and images to a pod directory. Everything is checked before the first file is
 * written. In the directory then are: {@code pod}, {@code pod-created}, {@code
 * appsinfo/APP/manifest}, and either {@code overlay-prepared} with {@code
 * appsinfo/APP/treeStoreID}, or a copy of each app's tree in its place below {@code stage1/rootfs};
 * the rest is stage1's.
 *
 * <p>Nothing here waits for the disk: until the pod has moved on, its directory is one of an
 * aborted prepare, which anybody may remove, and a pod that runs does not outlive the kernel. Only
 * {@code rkt prepare} promises more: see {@link PreparedPod#sync}.
 */
public final class PodPreparer {
  private static final String SOURCE = "stage0";
  private static final int FILE_MODE = 0640;
  private static final int DIRECTORY_MODE = 0750;
  private static final int ROOT_DIRECTORY_MODE = 0755;

  private final Kernel kernel;
  private final TreeStore trees;
  private final SemVer acVersion;
  private final Diagnostics diagnostics;

  /**
   * Works with these.
   *
   * @param acVersion the version of the appc specification that generated manifests claim
   */
  public PodPreparer(Kernel kernel, TreeStore trees, SemVer acVersion, Diagnostics diagnostics) {
    this.kernel = kernel;
    this.trees = trees;
    this.acVersion = acVersion;
    this.diagnostics = diagnostics;
  }

  /**
   * Prepares {@code pod} for the apps of a command line.
   *
   * @param images for each request the image it names
   */
  public PreparedPod prepare(
      LockedPod pod, PodOptions options, List<AppRequest> requests, List<ImageTree> images) {
    PodManifest manifest = manifest(options, requests, images);
    byte[] json = PodManifestJson.write(manifest).getBytes(UTF_8);
    return write(pod, options, manifest, json, images);
  }

  /** The manifest of a pod for these apps, if nothing contradicts. */
  public PodManifest manifest(
      PodOptions options, List<AppRequest> requests, List<ImageTree> images) {
    if (requests.size() != images.size()) {
      throw new IllegalArgumentException("one image for each request");
    }
    Caller caller = new Caller(kernel.euid(), kernel.egid());
    return new PodAssembler(options, caller, acVersion).assemble(requests, images);
  }

  /**
   * Prepares {@code pod} by a manifest of the user's own.
   *
   * @param images for each app of the manifest the image it names
   */
  public PreparedPod prepare(
      LockedPod pod, PodOptions options, ManifestFile file, List<ImageTree> images) {
    if (file.manifest().apps().size() != images.size()) {
      throw new IllegalArgumentException("one image for each app");
    }
    return write(pod, options, file.manifest(), file.bytes(), images);
  }

  /** The name that an app has by its request, or by its image. */
  public AcName nameOf(AppRequest request, ImageTree image) {
    return request.name().isPresent()
        ? request.name().get()
        : PodAssembler.nameOf(image.image().manifest().name());
  }

  /**
   * Prepares one more app of the pod at {@code layout}, and leaves the pod's manifest to the
   * caller.
   *
   * @param options of the addition: they take apps
   */
  public PreparedApp add(
      PodLayout layout,
      PodManifest manifest,
      boolean overlay,
      PodOptions options,
      AppRequest request,
      ImageTree image) {
    Caller caller = new Caller(kernel.euid(), kernel.egid());
    RuntimeApp runtime = new PodAssembler(options, caller, acVersion).app(request, image.image());
    if (manifest.app(runtime.name()).isPresent()) {
      throw new MalformedException("error: multiple apps with name " + runtime.name());
    }
    App app = appOf(runtime, image.image());
    RenderedTree tree = trees.render(image);
    PreparedPod.Part part =
        new PreparedPod.Part(runtime, app, image.image().manifest(), tree.id(), tree.rootfs());
    try {
      writeApp(layout, part, image.image(), overlay, tree);
    } catch (ErrnoException e) {
      throw new HostException("cannot prepare app \"" + runtime.name() + "\"", e);
    }
    return PreparedPod.app(part, layout, overlay);
  }

  private PreparedPod write(
      LockedPod pod,
      PodOptions options,
      PodManifest manifest,
      byte[] json,
      List<ImageTree> images) {
    boolean overlay = options.overlay();
    diagnostics.note(SOURCE, "Preparing stage1");
    List<PreparedPod.Part> parts = new ArrayList<>(images.size());
    List<RenderedTree> rendered = new ArrayList<>(images.size());
    for (int i = 0; i < images.size(); i++) {
      StoredImage image = images.get(i).image();
      diagnostics.note(SOURCE, "Loading image " + image.id());
      App app = appOf(manifest.apps().get(i), image);
      RenderedTree tree = trees.render(images.get(i));
      rendered.add(tree);
      parts.add(
          new PreparedPod.Part(
              manifest.apps().get(i), app, image.manifest(), tree.id(), tree.rootfs()));
    }
    IdRange users = options.privateUsers() ? PodUsers.claim(kernel, pod.layout()) : IdRange.NONE;
    try {
      makeDirectory(pod.layout().appsInfo());
      for (int i = 0; i < parts.size(); i++) {
        writeApp(pod.layout(), parts.get(i), images.get(i).image(), overlay, rendered.get(i));
      }
      writePod(pod.layout(), overlay, json);
    } catch (ErrnoException e) {
      throw new HostException("cannot prepare pod \"" + pod.uuid() + "\"", e);
    }
    return new PreparedPod(kernel, pod, manifest, parts, new PreparedPod.Kind(overlay, users));
  }

  private static App appOf(RuntimeApp runtime, StoredImage image) {
    Optional<App> app = runtime.app().isPresent() ? runtime.app() : image.manifest().app();
    if (app.isEmpty()) {
      throw new MalformedException("no app section in the pod manifest or the image manifest");
    }
    return app.get();
  }

  private void writeApp(
      PodLayout layout,
      PreparedPod.Part part,
      StoredImage image,
      boolean overlay,
      RenderedTree tree)
      throws ErrnoException {
    AcName name = part.runtime().name();
    diagnostics.note(SOURCE, "Writing image manifest");
    makeDirectory(layout.appInfo(name));
    write(layout.appInfoManifest(name), image.manifestBytes());
    if (overlay) {
      write(layout.appTreeStoreId(name), tree.id().getBytes(UTF_8));
    } else {
      copy(layout, name, tree);
    }
  }

  private void writePod(PodLayout layout, boolean overlay, byte[] json) throws ErrnoException {
    if (overlay) {
      write(layout.overlayPrepared(), new byte[0]);
    }
    diagnostics.note(SOURCE, "Writing pod manifest");
    write(layout.manifest(), json);
    write(layout.created(), new byte[0]);
  }

  private void copy(PodLayout layout, AcName name, RenderedTree tree) throws ErrnoException {
    Path target = layout.appRootfs(name);
    DirectoryMaker.make(kernel, layout.appDirectory(name).toString(), ROOT_DIRECTORY_MODE);
    trees.copyTo(tree, target);
    diagnostics.note(SOURCE, "Wrote filesystem to " + target);
  }

  private void makeDirectory(Path path) throws ErrnoException {
    kernel.mkdirAt(Fd.AT_FDCWD, Kernel.path(path.toString()), DIRECTORY_MODE);
  }

  private void write(Path path, byte[] content) throws ErrnoException {
    SmallFiles.write(kernel, path.toString(), content, FILE_MODE);
  }
}
