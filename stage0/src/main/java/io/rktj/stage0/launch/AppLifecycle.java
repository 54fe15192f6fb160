// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.PodException;
import io.rktj.linux.AtomicFile;
import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.linux.RootFiles;
import io.rktj.linux.SmallFiles;
import io.rktj.linux.TreeRemover;
import io.rktj.pod.HostException;
import io.rktj.pod.Pod;
import io.rktj.pod.PodLayout;
import io.rktj.pod.PodState;
import io.rktj.pod.PodStateException;
import io.rktj.pod.Stage1Root;
import io.rktj.pod.StatusFiles;
import io.rktj.spec.AcName;
import io.rktj.spec.json.PodManifestJson;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.spec.manifest.RuntimeApp;
import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.metadata.MetadataAddress;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Pod;
import java.io.File;
import java.util.ArrayList;
import java.util.List;

/**
 * The apps of one mutable pod ({@code spec/rkt-cli.md} section 4.18). The pod's manifest, replaced
 * under the lock {@code pod.lck}, says which apps there are: it names an app before the pod takes
 * it in, and until the pod has let go of it. So whoever is killed half-way leaves an app that can
 * be removed.
 */
public final class AppLifecycle {
  private static final String SOCKET_VARIABLE = MetadataAddress.VARIABLE;
  private static final int LARGEST = 4 << 20;
  private static final int MANIFEST_MODE = 0640;
  private static final int LOCK_MODE = 0600;

  private final Kernel kernel;
  private final Pod pod;
  private final PodLayout layout;
  private final Stage1 stage1;
  private final Stage1Pod stage1Pod;
  private final Diagnostics diagnostics;

  AppLifecycle(
      Kernel kernel, Pod pod, Stage1 stage1, Stage1Pod stage1Pod, Diagnostics diagnostics) {
    this.kernel = kernel;
    this.pod = pod;
    layout = Stage1Root.find(kernel, pod.layout());
    this.stage1 = stage1;
    this.stage1Pod = stage1Pod;
    this.diagnostics = diagnostics;
  }

  /** Refuses unless apps can be added now. */
  public void requireRoom() {
    if (!Stage1Call.isMutable(manifest())) {
      throw new PodStateException("cannot add application: immutable pod");
    }
    requireRunning();
    if (!new StatusFiles(kernel, layout).isReady()) {
      throw new PodStateException("supervisor for pod \"" + pod.uuid() + "\" is not yet ready");
    }
  }

  /** How an app is prepared that is to be added; it stands for image and command line. */
  public interface Preparation {
    /** The app's name. */
    AcName name();

    /** Writes what the app needs into the pod's directory, if the manifest has room for it. */
    PreparedApp prepare(PodLayout layout, PodManifest manifest, boolean overlay);
  }

  /** Adds an app, which then can be started. */
  public void add(Preparation preparation) {
    requireRoom();
    boolean overlay = layout.overlayPrepared().toFile().exists();
    AcName name = preparation.name();
    Fd lock = lock();
    try {
      PodManifest before = manifest();
      if (before.app(name).isEmpty()) {
        removeFiles(name); // what a removal that was cut short has left
      }
      PreparedApp app = preparation.prepare(layout, before, overlay);
      List<RuntimeApp> apps = new ArrayList<>(before.apps());
      apps.add(app.runtime());
      PodManifest after = with(before, apps);
      try {
        write(after);
        stage1.addApp(stage1Pod, after, app, overlay, new Stage1Notices(diagnostics));
        register(name);
      } catch (RuntimeException failure) {
        undo(before, name, failure);
        throw failure;
      }
    } finally {
      lock.close();
    }
  }

  /** The metadata service learns of the app, if it knows the pod. */
  private void register(AcName name) {
    if (PodLifecycle.isRegistered(pod)) {
      String socket = new Caller("", false, stage1Pod.environment()).variable(SOCKET_VARIABLE);
      new PodRegistration(kernel, MetadataAddress.socket(socket)).add(pod.uuid(), layout, name);
    }
  }

  private void undo(PodManifest before, AcName name, RuntimeException failure) {
    try {
      write(before);
      removeFiles(name);
    } catch (PodException e) {
      failure.addSuppressed(e);
    }
  }

  /** Starts an app, again or for the first time. */
  public void start(AcName name) {
    require(name);
    requireRunning();
    stage1.startApp(stage1Pod, name);
  }

  /** Asks an app to end and waits until it has; false if it did not run. */
  public boolean stop(AcName name) {
    require(name);
    if (pod.state() != PodState.RUNNING) {
      return false;
    }
    StatusFiles files = new StatusFiles(kernel, layout);
    boolean runs = files.appStarted(name).isPresent() && files.exitStatus(name).isEmpty();
    stage1.stopApp(stage1Pod, name);
    return runs;
  }

  /** Stops an app and takes it out of its pod, which may have ended. */
  public void remove(AcName name) {
    require(name);
    boolean running = pod.state() == PodState.RUNNING;
    if (running) {
      stopForRemoval(name);
    }
    Fd lock = lock();
    try {
      PodManifest before = manifest();
      if (running) {
        stage1.removeApp(stage1Pod, name, new Stage1Notices(diagnostics));
      }
      List<RuntimeApp> apps = new ArrayList<>();
      for (RuntimeApp app : before.apps()) {
        if (!app.name().equals(name)) {
          apps.add(app);
        }
      }
      write(with(before, apps));
      removeFiles(name);
    } finally {
      lock.close();
    }
  }

  /** One that the pod has never taken in, or has let go of, needs no stop. */
  private void stopForRemoval(AcName name) {
    StatusFiles files = new StatusFiles(kernel, layout);
    if (files.appStarted(name).isPresent() && files.exitStatus(name).isEmpty()) {
      stage1.stopApp(stage1Pod, name);
    }
  }

  private void requireRunning() {
    if (pod.state() != PodState.RUNNING) {
      throw new PodStateException("pod \"" + pod.uuid() + "\" isn't currently running");
    }
  }

  private void require(AcName name) {
    PodManifest manifest = manifest();
    if (!Stage1Call.isMutable(manifest)) {
      throw new PodStateException("cannot change applications: immutable pod");
    }
    if (manifest.app(name).isEmpty()) {
      throw new PodStateException("error: nonexistent app \"" + name + "\"");
    }
  }

  private PodManifest manifest() {
    String file = layout.manifest().toString();
    try {
      return PodManifestJson.read(SmallFiles.read(kernel, file, LARGEST), file);
    } catch (ErrnoException e) {
      throw new HostException("cannot read \"" + file + "\"", e);
    }
  }

  private void write(PodManifest manifest) {
    String file = layout.manifest().toString();
    try {
      AtomicFile.write(
          kernel, file, PodManifestJson.write(manifest).getBytes(UTF_8), MANIFEST_MODE);
    } catch (ErrnoException e) {
      throw new HostException("cannot write \"" + file + "\"", e);
    }
  }

  private static PodManifest with(PodManifest manifest, List<RuntimeApp> apps) {
    return new PodManifest(
        manifest.acVersion(),
        apps,
        manifest.volumes(),
        manifest.isolators(),
        manifest.annotations(),
        manifest.ports(),
        manifest.userAnnotations(),
        manifest.userLabels());
  }

  private Fd lock() {
    String file = layout.manifestLock().toString();
    try {
      Fd lock = kernel.open(file, Open.O_RDWR | Open.O_CREAT | Open.O_NOFOLLOW, LOCK_MODE);
      kernel.flock(lock.number(), Open.LOCK_EX);
      return lock;
    } catch (ErrnoException e) {
      throw new HostException("cannot lock \"" + file + "\"", e);
    }
  }

  /** Removes what an app has in the pod's directory, as far as it is there. */
  private void removeFiles(AcName name) {
    List<String> trees = new ArrayList<>();
    try {
      byte[] id = SmallFiles.read(kernel, layout.appTreeStoreId(name).toString(), LARGEST);
      String tree = new String(id, UTF_8);
      trees.add(layout.overlayUpper(tree, name).toString());
      trees.add(layout.overlayWork(tree, name).toString());
    } catch (ErrnoException e) {
      requireMissing(layout.appTreeStoreId(name).toString(), e);
    }
    trees.add(layout.appInfo(name).toString());
    removeFromStage1(name);
    for (String tree : trees) {
      removeTree(tree);
    }
    String log = layout.log(name).toString();
    removeFile(log);
    for (int i = 1; new File(log + "." + i).exists(); i++) {
      removeFile(log + "." + i);
    }
  }

  /** Below the stage1 root, which the pod may have changed where stage1 lets it. */
  private void removeFromStage1(AcName name) {
    String root = layout.stage1Rootfs().toString();
    String status = "rkt/status/" + name;
    try {
      RootFiles.removeTree(kernel, root, "opt/stage2/" + name);
      for (String file :
          List.of(
              status,
              status + ".reason",
              status + "-created",
              status + "-started",
              "rkt/env/" + name)) {
        RootFiles.remove(kernel, root, file);
      }
    } catch (ErrnoException e) {
      throw new HostException("cannot remove the files of app \"" + name + "\"", e);
    }
  }

  private void removeTree(String path) {
    try {
      TreeRemover.remove(kernel, path);
    } catch (ErrnoException e) {
      requireMissing(path, e);
    }
  }

  private void removeFile(String path) {
    try {
      kernel.unlinkAt(Fd.AT_FDCWD, Kernel.path(path), 0);
    } catch (ErrnoException e) {
      requireMissing(path, e);
    }
  }

  private static void requireMissing(String path, ErrnoException e) {
    if (e.errno() != Errno.ENOENT) {
      throw new HostException("cannot remove \"" + path + "\"", e);
    }
  }
}
