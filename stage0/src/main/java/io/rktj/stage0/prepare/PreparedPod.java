// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.prepare;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.pod.HostException;
import io.rktj.pod.IdRange;
import io.rktj.pod.LockedPod;
import io.rktj.pod.PodLayout;
import io.rktj.spec.Uuid;
import io.rktj.spec.manifest.App;
import io.rktj.spec.manifest.ImageManifest;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.spec.manifest.RuntimeApp;
import io.rktj.stage1.PreparedApp;
import java.util.ArrayList;
import java.util.List;

/**
 * A pod whose directory holds everything a flavour needs, with the lock that says so. Made by a
 * {@link PodPreparer}, or read again by {@link PreparedPodReader}.
 */
public final class PreparedPod {
  private final Kernel kernel;
  private final LockedPod pod;
  private final PodManifest manifest;
  private final List<Part> parts;
  private final Kind kind;

  /** One app with its image's manifest and its tree. */
  record Part(RuntimeApp runtime, App app, ImageManifest image, String treeId, String treeRootfs) {}

  /**
   * What is the same for all apps.
   *
   * @param users the ids that are the pod's own
   */
  record Kind(boolean overlay, IdRange users) {}

  PreparedPod(Kernel kernel, LockedPod pod, PodManifest manifest, List<Part> parts, Kind kind) {
    this.kernel = kernel;
    this.pod = pod;
    this.manifest = manifest;
    this.parts = List.copyOf(parts);
    this.kind = kind;
  }

  /** The pod's identity. */
  public Uuid uuid() {
    return pod.uuid();
  }

  /** The pod's directory where it is now. */
  public PodLayout layout() {
    return pod.layout();
  }

  /** The pod's manifest, as written. */
  public PodManifest manifest() {
    return manifest;
  }

  /** The pod's apps in the order of the manifest, with paths where the pod is now. */
  public List<PreparedApp> apps() {
    List<PreparedApp> apps = new ArrayList<>(parts.size());
    for (Part part : parts) {
      apps.add(app(part, pod.layout(), kind.overlay()));
    }
    return apps;
  }

  static PreparedApp app(Part part, PodLayout layout, boolean overlay) {
    ImageManifest image = part.image();
    return new PreparedApp(
        part.runtime(),
        part.app(),
        image.name().value(),
        image.labels(),
        image.annotations(),
        overlay ? part.treeRootfs() : layout.appRootfs(part.runtime().name()).toString(),
        part.treeId());
  }

  /** Whether app roots are overlays over rendered trees, or copies. */
  public boolean usesOverlay() {
    return kind.overlay();
  }

  /** The ids that are the pod's own; none if it shares the host's. */
  public IdRange users() {
    return kind.users();
  }

  /** The pod with the lock on its directory; whoever runs it moves it on. */
  public LockedPod locked() {
    return pod;
  }

  /**
   * Waits until everything in the pod's directory is on the disk. Before a pod is marked as
   * prepared, because then it is promised to the user; a pod that is run at once needs it not.
   */
  public void sync() {
    try {
      kernel.syncfs(pod.lock().number());
    } catch (ErrnoException e) {
      throw new HostException("cannot write pod \"" + pod.uuid() + "\" to the disk", e);
    }
  }
}
