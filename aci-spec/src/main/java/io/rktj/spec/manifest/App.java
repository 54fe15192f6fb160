// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an image runs. */
public record App(
    List<String> exec,
    String user,
    String group,
    List<Integer> supplementaryGids,
    List<EventHandler> eventHandlers,
    Optional<String> workingDirectory,
    List<EnvironmentVariable> environment,
    List<Isolator> isolators,
    List<MountPoint> mountPoints,
    List<Port> ports,
    Map<String, String> userAnnotations,
    Map<String, String> userLabels) {}
