// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.PodException;
import io.rktj.linux.DirectoryLock;
import io.rktj.pod.LockedPod;
import io.rktj.pod.Pod;
import io.rktj.pod.PodState;
import io.rktj.pod.PodStore;
import io.rktj.pod.UuidFile;
import io.rktj.spec.ImageId;
import io.rktj.spec.ImageIdPrefix;
import io.rktj.spec.SemVer;
import io.rktj.spec.discovery.ImageRef;
import io.rktj.spec.manifest.RuntimeApp;
import io.rktj.spec.manifest.Volume;
import io.rktj.stage0.config.ConfiguredStage1;
import io.rktj.stage0.images.ImageResolver;
import io.rktj.stage0.images.PullOptions;
import io.rktj.stage0.images.PullPolicy;
import io.rktj.stage0.launch.Flavour;
import io.rktj.stage0.launch.ImageStage1;
import io.rktj.stage0.prepare.AppRequest;
import io.rktj.stage0.prepare.ManifestFile;
import io.rktj.stage0.prepare.OverlaySupport;
import io.rktj.stage0.prepare.PodOptions;
import io.rktj.stage0.prepare.PodPreparer;
import io.rktj.stage0.prepare.PreparedPod;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.tree.ImageTree;
import io.rktj.stage0.tree.RenderedTree;
import io.rktj.stage0.tree.TreeStore;
import io.rktj.stage0.trust.KeyTruster;
import io.rktj.stage0.trust.WaivedOption;
import io.rktj.stage1.Stage1;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.UserNamespaces;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The steps of {@code rkt run} between the command line and the pod, with what they work on. Images
 * and trees are kept from being removed from the moment that they are found until the pod names
 * them, but not while something is downloaded or a machine made ready: removals wait, and who
 * starts a pod waits for removals that wait.
 */
final class PodWorkshop implements AutoCloseable {
  private final Invocation invocation;
  private final Session session;
  private final ImageStore store;
  private final TreeStore trees;
  private final Optional<ManifestFile> manifest;
  private @Nullable DirectoryLock removalsWait;

  /** Opens the stores. */
  PodWorkshop(Invocation invocation, Session session, RunRequest request) {
    this.invocation = invocation;
    this.session = session;
    store = session.images();
    trees = session.trees(store);
    Optional<Path> file = request.pod().podManifest();
    manifest =
        file.isPresent()
            ? Optional.of(ManifestFile.read(session.kernel(), file.get()))
            : Optional.empty();
  }

  /** The stage1 that was asked for, or else configured, or else that of name spaces. */
  Stage1 stage1(RunRequest request) {
    ConfiguredStage1 configured = session.config().stage1();
    boolean given = request.stage1().isGiven();
    if (!given && configured.name().isEmpty() && configured.location().isEmpty()) {
      return Flavour.NSPAWN.load();
    }
    try (RemoteAccess remotes = holdRemovals()) {
      return choose(request, remotes);
    } finally {
      close(); // a machine may have to be made ready first: images() looks for its tree again
    }
  }

  /** The volumes of the pod that the request is for. */
  List<Volume> volumes(RunRequest request) {
    return manifest.isPresent() ? manifest.get().manifest().volumes() : request.pod().volumes();
  }

  private Stage1 choose(RunRequest request, RemoteAccess remotes) {
    ImageResolver resolver = session.resolver(store, trees, remotes);
    Stage1Choice choice = new Stage1Choice(invocation, session, resolver, trees);
    return request.stage1().isGiven()
        ? choice.asked(request.stage1())
        : choice.configured(session.config().stage1());
  }

  /**
   * The images of the request, in the order of the apps: each is in the store when this returns,
   * and stays there, and so does the tree of the stage1.
   */
  List<ImageTree> images(RunRequest request, Stage1 stage1) {
    List<ImageTree> images;
    try (RemoteAccess remotes = holdRemovals()) {
      images = find(request, remotes);
      requireTree(request, stage1, remotes);
      if (remotes.gaveUpLock()) { // this time it is kept
        removalsWait = session.prepareLock(false);
        images = areStored(images) ? images : find(request, remotes);
        requireTree(request, stage1, remotes);
      }
    }
    for (ImageTree image : images) {
      if (!request.pod().overlay() || trees.find(image).isEmpty()) {
        Effort.requireFull(session.kernel()); // files will be written, many perhaps
      }
    }
    return images;
  }

  /** Makes removals wait, but not for downloads: before one the lock is given up. */
  private RemoteAccess holdRemovals() {
    removalsWait = session.prepareLock(false);
    return new RemoteAccess(invocation, session, removalsWait);
  }

  /** Makes the tree of the stage1 again if it was removed since that was chosen. */
  private void requireTree(RunRequest request, Stage1 stage1, RemoteAccess remotes) {
    String id = stage1.treeId();
    if (id.isEmpty() || trees.byId(id).isPresent()) {
      return;
    }
    if (!choose(request, remotes).treeId().equals(id) || trees.byId(id).isEmpty()) {
      throw new Stage1Exception("stage1 image is another than a moment ago: try again");
    }
  }

  private boolean areStored(List<ImageTree> images) {
    for (ImageTree image : images) {
      for (ImageId layer : image.layers()) {
        if (store.byId(layer).isEmpty()) {
          return false;
        }
      }
    }
    return true;
  }

  private List<ImageTree> find(RunRequest request, RemoteAccess remotes) {
    List<ImageTree> images = new ArrayList<>();
    ImageResolver resolver = session.resolver(store, trees, remotes);
    if (manifest.isPresent()) {
      PullOptions options = pullOptions(invocation, PullPolicy.NEVER, Optional.empty());
      for (RuntimeApp app : manifest.get().manifest().apps()) {
        ImageIdPrefix id = ImageIdPrefix.parse(app.image().id().toString());
        images.add(resolver.resolve(new ImageRef.ByHash(id), options));
      }
    } else {
      PullPolicy policy = PullPolicy.parse(request.pullPolicy());
      for (AppRequest app : request.apps()) {
        PullOptions options = pullOptions(invocation, policy, app.signature());
        images.add(resolver.resolve(app.image(), options));
      }
    }
    return images;
  }

  /**
   * Fills the directory of {@code pod}, which stays locked; first of all its UUID is where the
   * request wants it; in the end it names all that it uses, and removals go on. Differs from rkt: a
   * pod that cannot be prepared is removed at once.
   */
  PreparedPod prepare(LockedPod pod, RunRequest request, Stage1 stage1, List<ImageTree> images) {
    try {
      if (request.uuidFile().isPresent()) {
        UuidFile.write(session.kernel(), request.uuidFile().get(), pod.uuid());
      }
      PreparedPod prepared = fill(pod, request, stage1, images);
      close();
      return prepared;
    } catch (RuntimeException failure) {
      discard(pod, failure);
      throw failure;
    }
  }

  private void discard(LockedPod pod, RuntimeException failure) {
    try {
      pod.close();
      PodStore pods = session.pods();
      Optional<Pod> aborted = pods.look(pod.uuid());
      if (aborted.isPresent() && aborted.get().state() == PodState.ABORTED_PREPARE) {
        Optional<Pod> garbage = pods.markGarbage(aborted.get());
        if (garbage.isPresent()) {
          session.lifecycle(pods).remove(garbage.get());
        }
      }
    } catch (PodException e) {
      failure.addSuppressed(e);
    }
  }

  private PreparedPod fill(
      LockedPod pod, RunRequest request, Stage1 stage1, List<ImageTree> images) {
    Console console = session.console();
    PodPreparer preparer =
        new PodPreparer(session.kernel(), trees, SemVer.parse(Version.APPC), console);
    PodOptions options = request.pod();
    if (options.overlay()) {
      Optional<String> reason =
          OverlaySupport.reasonAgainst(session.kernel(), session.dataDirectory().toString());
      if (reason.isPresent()) {
        invocation.say("disabling overlay support: " + Quoted.of(reason.get()));
        options = options.withoutOverlay();
      }
    }
    if (options.privateUsers()
        && !UserNamespaces.require(session.dataDirectory()).overlays()
        && options.overlay()) {
      invocation.say("disabling overlay support: \"this kernel has no overlays with mapped ids\"");
      options = options.withoutOverlay();
    }
    if (!stage1.treeId().isEmpty()) {
      place(pod, (ImageStage1) stage1, options.overlay());
    }
    return manifest.isPresent()
        ? preparer.prepare(pod, options, manifest.get(), images)
        : preparer.prepare(pod, options, request.apps(), images);
  }

  private void place(LockedPod pod, ImageStage1 stage1, boolean overlay) {
    stage1.place(pod.layout());
    Optional<RenderedTree> tree = trees.byId(stage1.treeId());
    if (!overlay && tree.isPresent()) {
      trees.copyTo(tree.get(), pod.layout().stage1Rootfs());
    }
  }

  /** How images are had, by the flags of the invocation. */
  static PullOptions pullOptions(
      Invocation invocation, PullPolicy policy, Optional<Path> signature) {
    GlobalOptions global = invocation.global();
    Optional<WaivedOption> waiver =
        global.insecure().image() ? Optional.of(WaivedOption.INSECURE_IMAGE) : Optional.empty();
    KeyTruster.Review review =
        global.trustKeysFromHttps() ? KeyTruster.Review.ACCEPT_FROM_HTTPS : KeyTruster.Review.ASK;
    return new PullOptions(policy, waiver, signature, review, true);
  }

  @Override
  public void close() {
    if (removalsWait != null) {
      removalsWait.close();
      removalsWait = null;
    }
  }
}
