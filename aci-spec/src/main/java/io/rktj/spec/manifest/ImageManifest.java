// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.Labels;
import io.rktj.spec.SemVer;
import java.util.List;
import java.util.Optional;

/** An image's manifest. */
public record ImageManifest(
    SemVer acVersion,
    AcIdentifier name,
    Labels labels,
    Optional<App> app,
    List<Annotation> annotations,
    List<Dependency> dependencies,
    List<String> pathWhitelist) {}
