// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import io.rktj.spec.manifest.RuntimeApp;
import io.rktj.spec.manifest.Volume;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is known of one app of a pod at one moment.
 *
 * @param app its entry in the pod manifest
 * @param state {@code created}, {@code running}, {@code exited} or {@code unknown}
 */
public record AppReport(
    RuntimeApp app,
    String state,
    Optional<Instant> created,
    Optional<Instant> started,
    Optional<Instant> finished,
    OptionalInt exitStatus,
    List<AppMount> mounts,
    Map<String, String> userAnnotations,
    Map<String, String> userLabels) {
  /** Copies its lists. */
  public AppReport {
    mounts = List.copyOf(mounts);
  }

  /**
   * The image's name for people: with {@code :VERSION} if it has one, {@code --} without a name.
   */
  public String imageName() {
    if (app.image().name().isEmpty()) {
      return "--";
    }
    String name = app.image().name().get().value();
    Optional<String> version = app.image().labels().value("version");
    return version.isPresent() ? name + ":" + version.get() : name;
  }

  /** A volume as the app sees it. */
  public record AppMount(String name, String containerPath, Volume volume) {}
}
