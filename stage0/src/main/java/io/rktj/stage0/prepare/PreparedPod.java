// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.prepare;

import io.rktj.pod.LockedPod;
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
  private final LockedPod pod;
  private final PodManifest manifest;
  private final List<PreparedApp> apps;
  private final boolean overlay;

  PreparedPod(LockedPod pod, PodManifest manifest, List<PreparedApp> apps, boolean overlay) {
    this.pod = pod;
    this.manifest = manifest;
    this.apps = List.copyOf(apps);
    this.overlay = overlay;
  }

  /** The pod's identity. */
  public Uuid uuid() {
    return pod.uuid();
  }

  /** The pod's directory, in state prepare. */
  public PodLayout layout() {
    return pod.layout();
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

  /** The pod with the lock on its directory; whoever runs it moves it on. */
  public LockedPod locked() {
    return pod;
  }
}
