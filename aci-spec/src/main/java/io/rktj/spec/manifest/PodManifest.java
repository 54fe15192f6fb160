// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.SemVer;
import java.util.List;
import java.util.Map;

/** A pod's manifest. */
public record PodManifest(
    SemVer acVersion,
    List<RuntimeApp> apps,
    List<Volume> volumes,
    List<Isolator> isolators,
    List<Annotation> annotations,
    List<ExposedPort> ports,
    Map<String, String> userAnnotations,
    Map<String, String> userLabels) {}
