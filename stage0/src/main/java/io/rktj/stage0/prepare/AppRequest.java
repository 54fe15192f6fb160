// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.prepare;

import io.rktj.spec.AcName;
import io.rktj.spec.Quantity;
import io.rktj.spec.discovery.ImageRef;
import io.rktj.spec.manifest.Annotation;
import io.rktj.spec.manifest.EnvironmentVariable;
import io.rktj.spec.manifest.Isolator;
import io.rktj.spec.manifest.Mount;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One image on the command line with everything said about it ({@code spec/rkt-cli.md} section
 * 3.1).
 *
 * @param image which image
 * @param arguments the words after {@code --}
 * @param signature {@code --signature}
 * @param exec {@code --exec}
 * @param workingDirectory {@code --working-dir}
 * @param readOnlyRootFs {@code --readonly-rootfs}
 * @param mounts {@code --mount} of this app
 * @param user {@code --user}
 * @param group {@code --group}
 * @param supplementaryGids {@code --supplementary-gids}; empty for none given
 * @param name {@code --name}
 * @param annotations {@code --annotation}, and the modes of {@code --stdin} and friends
 * @param userAnnotations {@code --user-annotation}; empty for none given
 * @param userLabels {@code --user-label}; empty for none given
 * @param environment {@code --environment}, in the order given
 * @param memory {@code --memory}
 * @param cpu {@code --cpu}
 * @param cpuShares {@code --cpu-shares}
 * @param oomScoreAdj {@code --oom-score-adj}
 * @param capabilities {@code --caps-retain} or {@code --caps-remove}
 * @param seccomp {@code --seccomp}
 */
public record AppRequest(
    ImageRef image,
    List<String> arguments,
    Optional<Path> signature,
    Optional<String> exec,
    Optional<String> workingDirectory,
    Optional<Boolean> readOnlyRootFs,
    List<Mount> mounts,
    Optional<String> user,
    Optional<String> group,
    List<Integer> supplementaryGids,
    Optional<AcName> name,
    List<Annotation> annotations,
    Map<String, String> userAnnotations,
    Map<String, String> userLabels,
    List<EnvironmentVariable> environment,
    Optional<Quantity> memory,
    Optional<Quantity> cpu,
    Optional<Isolator.CpuShares> cpuShares,
    Optional<Isolator.OomScoreAdj> oomScoreAdj,
    Optional<Isolator.Capabilities> capabilities,
    Optional<Isolator.Seccomp> seccomp) {
  /** Copies its lists and maps. */
  public AppRequest {
    arguments = List.copyOf(arguments);
    mounts = List.copyOf(mounts);
    supplementaryGids = List.copyOf(supplementaryGids);
    annotations = List.copyOf(annotations);
    userAnnotations = Collections.unmodifiableMap(new LinkedHashMap<>(userAnnotations));
    userLabels = Collections.unmodifiableMap(new LinkedHashMap<>(userLabels));
    environment = List.copyOf(environment);
  }

  /** A builder for an app of {@code image} without any wish. */
  public static Builder builder(ImageRef image) {
    return new Builder(image);
  }

  /** Collects the wishes for one app as the command line is read; the last word wins. */
  public static final class Builder {
    private final ImageRef image;
    private final List<String> arguments = new ArrayList<>();
    private Optional<Path> signature = Optional.empty();
    private Optional<String> exec = Optional.empty();
    private Optional<String> workingDirectory = Optional.empty();
    private Optional<Boolean> readOnlyRootFs = Optional.empty();
    private final List<Mount> mounts = new ArrayList<>();
    private Optional<String> user = Optional.empty();
    private Optional<String> group = Optional.empty();
    private final List<Integer> supplementaryGids = new ArrayList<>();
    private Optional<AcName> name = Optional.empty();
    private final List<Annotation> annotations = new ArrayList<>();
    private final Map<String, String> userAnnotations = new LinkedHashMap<>();
    private final Map<String, String> userLabels = new LinkedHashMap<>();
    private final List<EnvironmentVariable> environment = new ArrayList<>();
    private Optional<Quantity> memory = Optional.empty();
    private Optional<Quantity> cpu = Optional.empty();
    private Optional<Isolator.CpuShares> cpuShares = Optional.empty();
    private Optional<Isolator.OomScoreAdj> oomScoreAdj = Optional.empty();
    private Optional<Isolator.Capabilities> capabilities = Optional.empty();
    private Optional<Isolator.Seccomp> seccomp = Optional.empty();

    private Builder(ImageRef image) {
      this.image = image;
    }

    /** One more of the words after {@code --}. */
    public Builder argument(String value) {
      arguments.add(value);
      return this;
    }

    /** {@code --signature}. */
    public Builder signature(Path value) {
      signature = Optional.of(value);
      return this;
    }

    /** {@code --exec}. */
    public Builder exec(String value) {
      exec = Optional.of(value);
      return this;
    }

    /** {@code --working-dir}. */
    public Builder workingDirectory(String value) {
      workingDirectory = Optional.of(value);
      return this;
    }

    /** {@code --readonly-rootfs}. */
    public Builder readOnlyRootFs(boolean value) {
      readOnlyRootFs = Optional.of(value);
      return this;
    }

    /** One more of {@code --mount} of this app. */
    public Builder mount(Mount value) {
      mounts.add(value);
      return this;
    }

    /** {@code --user}. */
    public Builder user(String value) {
      user = Optional.of(value);
      return this;
    }

    /** {@code --group}. */
    public Builder group(String value) {
      group = Optional.of(value);
      return this;
    }

    /** One more of {@code --supplementary-gids}. */
    public Builder supplementaryGid(int value) {
      supplementaryGids.add(value);
      return this;
    }

    /** {@code --name}. */
    public Builder name(AcName value) {
      name = Optional.of(value);
      return this;
    }

    /** One more of {@code --annotation}, and the modes of {@code --stdin} and friends. */
    public Builder annotation(Annotation value) {
      annotations.add(value);
      return this;
    }

    /** One more of {@code --user-annotation}. */
    public Builder userAnnotation(String key, String value) {
      userAnnotations.put(key, value);
      return this;
    }

    /** One more of {@code --user-label}. */
    public Builder userLabel(String key, String value) {
      userLabels.put(key, value);
      return this;
    }

    /** One more of {@code --environment}, in the order given. */
    public Builder environment(EnvironmentVariable value) {
      environment.add(value);
      return this;
    }

    /** {@code --memory}. */
    public Builder memory(Quantity value) {
      memory = Optional.of(value);
      return this;
    }

    /** {@code --cpu}. */
    public Builder cpu(Quantity value) {
      cpu = Optional.of(value);
      return this;
    }

    /** {@code --cpu-shares}. */
    public Builder cpuShares(Isolator.CpuShares value) {
      cpuShares = Optional.of(value);
      return this;
    }

    /** {@code --oom-score-adj}. */
    public Builder oomScoreAdj(Isolator.OomScoreAdj value) {
      oomScoreAdj = Optional.of(value);
      return this;
    }

    /** {@code --caps-retain} or {@code --caps-remove}. */
    public Builder capabilities(Isolator.Capabilities value) {
      capabilities = Optional.of(value);
      return this;
    }

    /** {@code --seccomp}. */
    public Builder seccomp(Isolator.Seccomp value) {
      seccomp = Optional.of(value);
      return this;
    }

    /** The request collected so far. */
    public AppRequest build() {
      return new AppRequest(
          image,
          arguments,
          signature,
          exec,
          workingDirectory,
          readOnlyRootFs,
          mounts,
          user,
          group,
          supplementaryGids,
          name,
          annotations,
          userAnnotations,
          userLabels,
          environment,
          memory,
          cpu,
          cpuShares,
          oomScoreAdj,
          capabilities,
          seccomp);
    }
  }
}
