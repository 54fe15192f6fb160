// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.AcName;
import io.rktj.spec.MalformedException;
import io.rktj.spec.SemVer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A pod's manifest, valid by every rule of the appc spec, pod manifest schema. */
public record PodManifest(
    SemVer acVersion,
    List<RuntimeApp> apps,
    List<Volume> volumes,
    List<Isolator> isolators,
    List<Annotation> annotations,
    List<ExposedPort> ports,
    Map<String, String> userAnnotations,
    Map<String, String> userLabels) {
  /** Checks the rules and copies the lists. */
  public PodManifest {
    apps = List.copyOf(apps);
    volumes = List.copyOf(volumes);
    isolators = List.copyOf(isolators);
    annotations = Annotations.checked(annotations);
    ports = List.copyOf(ports);
    userAnnotations = Collections.unmodifiableMap(new LinkedHashMap<>(userAnnotations));
    userLabels = Collections.unmodifiableMap(new LinkedHashMap<>(userLabels));
    for (int i = 0; i < apps.size(); i++) {
      AcName name = apps.get(i).name();
      for (int j = 0; j < i; j++) {
        if (apps.get(j).name().equals(name)) {
          throw new MalformedException("duplicate apps of name \"" + name + "\"");
        }
      }
    }
    for (int i = 0; i < volumes.size(); i++) {
      AcName name = volumes.get(i).name();
      for (int j = 0; j < i; j++) {
        if (volumes.get(j).name().equals(name)) {
          throw new MalformedException("duplicate volume name \"" + name + "\"");
        }
      }
    }
  }

  /** The app called {@code name}. */
  public Optional<RuntimeApp> app(AcName name) {
    for (RuntimeApp app : apps) {
      if (app.name().equals(name)) {
        return Optional.of(app);
      }
    }
    return Optional.empty();
  }

  /** The volume called {@code name}. */
  public Optional<Volume> volume(AcName name) {
    for (Volume volume : volumes) {
      if (volume.name().equals(name)) {
        return Optional.of(volume);
      }
    }
    return Optional.empty();
  }
}
