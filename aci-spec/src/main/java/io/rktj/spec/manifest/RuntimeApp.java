// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.AcName;
import java.util.List;
import java.util.Optional;

/** One app of a pod. */
public record RuntimeApp(
    AcName name,
    RuntimeImage image,
    Optional<App> app,
    boolean readOnlyRootFs,
    List<Mount> mounts,
    List<Annotation> annotations) {
  /** Checks the annotations and copies the lists. */
  public RuntimeApp {
    mounts = List.copyOf(mounts);
    annotations = Annotations.checked(annotations);
  }
}
