// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.prepare;

import io.rktj.linux.DirectoryLock;
import io.rktj.pod.PodLayout;
import io.rktj.spec.Uuid;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.stage1.PreparedApp;
import java.util.List;

/**
 * A pod whose directory holds everything a flavour needs, in state prepare, with the lock that says
 * so. Only a {@link PodPreparer} makes one.
 */
public final class PreparedPod {
  private final Uuid uuid;
  private final PodLayout layout;
  private final PodManifest manifest;
  private final List<PreparedApp> apps;
  private final boolean overlay;
  private final DirectoryLock lock;

  PreparedPod(
      Uuid uuid,
      PodLayout layout,
      PodManifest manifest,
      List<PreparedApp> apps,
      boolean overlay,
      DirectoryLock lock) {
    this.uuid = uuid;
    this.layout = layout;
    this.manifest = manifest;
    this.apps = List.copyOf(apps);
    this.overlay = overlay;
    this.lock = lock;
  }

  /** The pod's identity. */
  public Uuid uuid() {
    return uuid;
  }

  /** The pod's directory, in state prepare. */
  public PodLayout layout() {
    return layout;
  }

  /** The pod's manifest, as written. */
  public PodManifest manifest() {
    return manifest;
  }

  /** The pod's apps in the order of the manifest. */
  public List<PreparedApp> apps() {
    return apps;
  }

  /** Whether app roots are overlays over rendered trees, or copies. */
  public boolean usesOverlay() {
    return overlay;
  }

  /** The lock on the pod's directory. */
  public DirectoryLock lock() {
    return lock;
  }
}
