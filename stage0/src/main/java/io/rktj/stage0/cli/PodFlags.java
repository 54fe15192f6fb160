// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.spec.manifest.EnvironmentVariable;
import io.rktj.spec.manifest.ExposedPort;
import io.rktj.spec.manifest.Mount;
import io.rktj.spec.manifest.Volume;
import io.rktj.stage0.prepare.AppRequest;
import io.rktj.stage0.prepare.PodOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The flags that say what the pod as a whole consists of ({@code spec/rkt-cli.md} section 4.1). */
final class PodFlags {
  private final List<Volume> volumes = new ArrayList<>();
  private final List<Mount> mounts = new ArrayList<>();
  private final List<ExposedPort> ports = new ArrayList<>();
  private final EnvironmentFlags environment = new EnvironmentFlags();

  /** Takes one of the flags; false if it is another one. */
  boolean take(String name, String value) {
    switch (name) {
      case "volume" -> volumes.add(VolumeFlag.parse(value));
      case "mount" -> mounts.add(MountFlag.parse(value));
      case "port" -> ports.add(PortFlag.parse(value));
      case "set-env" -> environment.set(value);
      case "set-env-file" -> environment.setFile(value);
      default -> {
        return false;
      }
    }
    return true;
  }

  boolean hasPorts() {
    return !ports.isEmpty();
  }

  /** Whether something was said that a pod manifest says too. */
  boolean describesPod() {
    return !volumes.isEmpty()
        || !mounts.isEmpty()
        || !ports.isEmpty()
        || !environment.given().isEmpty()
        || !environment.fromFiles().isEmpty();
  }

  /** Every mount must name a volume that was declared. */
  void checkMounts(List<AppRequest> apps) {
    checkVolumes(mounts);
    for (int i = 0; i < apps.size(); i++) {
      checkVolumes(apps.get(i).mounts());
    }
  }

  private void checkVolumes(List<Mount> wanted) {
    for (int i = 0; i < wanted.size(); i++) {
      Mount mount = wanted.get(i);
      boolean found = false;
      for (int v = 0; v < volumes.size() && !found; v++) {
        found = volumes.get(v).name().value().equals(mount.volume().value());
      }
      if (!found) {
        throw new UsageException(
            "dangling mount point "
                + Quoted.of(mount.path())
                + ": volume "
                + Quoted.of(mount.volume().value())
                + " not found");
      }
    }
  }

  /** What was collected, with the switches of the command line. */
  PodOptions build(FlagValues flags, Map<String, String> caller) {
    PodOptions.Builder pod =
        PodOptions.builder()
            .overlay(!flags.isOn("no-overlay"))
            .privateUsers(flags.isOn("private-users"));
    for (int i = 0; i < volumes.size(); i++) {
      pod.volume(volumes.get(i));
    }
    for (int i = 0; i < mounts.size(); i++) {
      pod.mount(mounts.get(i));
    }
    for (int i = 0; i < ports.size(); i++) {
      pod.port(ports.get(i));
    }
    for (EnvironmentVariable variable : environment.given()) {
      pod.setEnvironment(variable);
    }
    for (EnvironmentVariable variable : environment.fromFiles()) {
      pod.fileEnvironment(variable);
    }
    if (flags.isOn("inherit-env")) {
      for (Map.Entry<String, String> variable : caller.entrySet()) {
        pod.parentEnvironment(new EnvironmentVariable(variable.getKey(), variable.getValue()));
      }
    }
    String manifest = flags.text("pod-manifest", "");
    if (!manifest.isEmpty()) {
      pod.podManifest(Path.of(manifest).toAbsolutePath());
    }
    return pod.build();
  }
}
