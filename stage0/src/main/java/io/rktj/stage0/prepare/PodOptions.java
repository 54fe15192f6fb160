// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.prepare;

import io.rktj.spec.manifest.Annotation;
import io.rktj.spec.manifest.EnvironmentVariable;
import io.rktj.spec.manifest.ExposedPort;
import io.rktj.spec.manifest.Mount;
import io.rktj.spec.manifest.Volume;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the command line says about the pod as a whole ({@code spec/rkt-cli.md} sections 3.2, 3.3,
 * 4.1).
 *
 * @param volumes {@code --volume}
 * @param mounts {@code --mount} before any image: for all apps
 * @param ports {@code --port}, without the pod's port
 * @param parentEnvironment the caller's environment, given only with {@code --inherit-env}
 * @param fileEnvironment {@code --set-env-file}
 * @param setEnvironment {@code --set-env}
 * @param overlay false for {@code --no-overlay}
 * @param privateUsers whether the pod gets user ids of its own
 * @param mutable whether apps may be added later
 * @param podManifest {@code --pod-manifest}
 */
public record PodOptions(
    List<Volume> volumes,
    List<Mount> mounts,
    List<ExposedPort> ports,
    List<EnvironmentVariable> parentEnvironment,
    List<EnvironmentVariable> fileEnvironment,
    List<EnvironmentVariable> setEnvironment,
    boolean overlay,
    boolean privateUsers,
    boolean mutable,
    Optional<Path> podManifest,
    List<Annotation> annotations,
    Map<String, String> userAnnotations,
    Map<String, String> userLabels) {
  /** Copies its lists. */
  public PodOptions {
    volumes = List.copyOf(volumes);
    mounts = List.copyOf(mounts);
    ports = List.copyOf(ports);
    parentEnvironment = List.copyOf(parentEnvironment);
    fileEnvironment = List.copyOf(fileEnvironment);
    setEnvironment = List.copyOf(setEnvironment);
    annotations = List.copyOf(annotations);
    userAnnotations = Collections.unmodifiableMap(new LinkedHashMap<>(userAnnotations));
    userLabels = Collections.unmodifiableMap(new LinkedHashMap<>(userLabels));
  }

  /** The same, with copies of images instead of overlays. */
  public PodOptions withoutOverlay() {
    return new PodOptions(
        volumes,
        mounts,
        ports,
        parentEnvironment,
        fileEnvironment,
        setEnvironment,
        false,
        privateUsers,
        mutable,
        podManifest,
        annotations,
        userAnnotations,
        userLabels);
  }

  /** A builder that holds nothing. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects the options of a pod as the command line is read. */
  public static final class Builder {
    private final List<Volume> volumes = new ArrayList<>();
    private final List<Mount> mounts = new ArrayList<>();
    private final List<ExposedPort> ports = new ArrayList<>();
    private final List<EnvironmentVariable> parentEnvironment = new ArrayList<>();
    private final List<EnvironmentVariable> fileEnvironment = new ArrayList<>();
    private final List<EnvironmentVariable> setEnvironment = new ArrayList<>();
    private boolean overlay = true;
    private boolean privateUsers;
    private boolean mutable;
    private Optional<Path> podManifest = Optional.empty();
    private final List<Annotation> annotations = new ArrayList<>();
    private final Map<String, String> userAnnotations = new LinkedHashMap<>();
    private final Map<String, String> userLabels = new LinkedHashMap<>();

    private Builder() {}

    /** Adds a volume. */
    public Builder volume(Volume volume) {
      volumes.add(volume);
      return this;
    }

    /** Adds a mount for all apps. */
    public Builder mount(Mount mount) {
      mounts.add(mount);
      return this;
    }

    /** Adds a port of the host. */
    public Builder port(ExposedPort port) {
      ports.add(port);
      return this;
    }

    /** Adds a variable of the caller's environment that apps inherit. */
    public Builder parentEnvironment(EnvironmentVariable variable) {
      parentEnvironment.add(variable);
      return this;
    }

    /** Adds a variable from a file. */
    public Builder fileEnvironment(EnvironmentVariable variable) {
      fileEnvironment.add(variable);
      return this;
    }

    /** Adds a variable for all apps. */
    public Builder setEnvironment(EnvironmentVariable variable) {
      setEnvironment.add(variable);
      return this;
    }

    /** Whether app roots may be overlays; true unless said otherwise. */
    public Builder overlay(boolean wanted) {
      overlay = wanted;
      return this;
    }

    /** Whether the pod gets user ids of its own; false unless said otherwise. */
    public Builder privateUsers(boolean wanted) {
      privateUsers = wanted;
      return this;
    }

    /** Whether apps may be added later; false unless said otherwise. */
    public Builder mutable(boolean wanted) {
      mutable = wanted;
      return this;
    }

    /** Names a file that is the pod's manifest. */
    public Builder podManifest(Path file) {
      podManifest = Optional.of(file);
      return this;
    }

    /** Adds an annotation of the pod. */
    public Builder annotation(Annotation annotation) {
      annotations.add(annotation);
      return this;
    }

    /** Sets a user annotation of the pod. */
    public Builder userAnnotation(String key, String value) {
      userAnnotations.put(key, value);
      return this;
    }

    /** Sets a user label of the pod. */
    public Builder userLabel(String key, String value) {
      userLabels.put(key, value);
      return this;
    }

    /** The options collected so far. */
    public PodOptions build() {
      return new PodOptions(
          volumes,
          mounts,
          ports,
          parentEnvironment,
          fileEnvironment,
          setEnvironment,
          overlay,
          privateUsers,
          mutable,
          podManifest,
          annotations,
          userAnnotations,
          userLabels);
    }
  }
}
