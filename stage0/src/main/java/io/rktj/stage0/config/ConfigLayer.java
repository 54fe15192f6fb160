// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.config;

import io.rktj.spec.MalformedException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the files of one configuration directory say together. Within one directory nothing may be
 * said twice; a later directory overrides item by item.
 */
final class ConfigLayer {
  private final Map<String, Credentials> auth = new LinkedHashMap<>();
  private final Map<String, Credentials.Basic> dockerAuth = new LinkedHashMap<>();
  private final Map<String, String> resolve = new LinkedHashMap<>();
  private Optional<List<String>> authorities = Optional.empty();
  private Optional<Boolean> refusesPrivate = Optional.empty();
  private ConfiguredPaths paths = ConfiguredPaths.NONE;
  private ConfiguredStage1 stage1 = ConfiguredStage1.NONE;

  void auth(String domain, Credentials credentials) {
    if (auth.putIfAbsent(domain, credentials) != null) {
      throw new MalformedException("auth for domain \"" + domain + "\" is already specified");
    }
  }

  void dockerAuth(String registry, Credentials.Basic credentials) {
    if (dockerAuth.putIfAbsent(registry, credentials) != null) {
      throw new MalformedException(
          "auth for docker registry \"" + registry + "\" is already specified");
    }
  }

  void data(String directory) {
    if (paths.data().isPresent()) {
      throw new MalformedException("data directory is already specified");
    }
    paths = new ConfiguredPaths(Optional.of(directory), paths.stage1Images());
  }

  void stage1Images(String directory) {
    if (paths.stage1Images().isPresent()) {
      throw new MalformedException("stage1 images directory is already specified");
    }
    paths = new ConfiguredPaths(paths.data(), Optional.of(directory));
  }

  void stage1Name(String name, String version) {
    if (stage1.name().isPresent()) {
      throw new MalformedException(
          "name and version of a default stage1 image are already specified");
    }
    stage1 =
        new ConfiguredStage1(
            Optional.of(name),
            Optional.of(version),
            stage1.location(),
            stage1.hypervisor(),
            stage1.kernel(),
            stage1.templates());
  }

  void stage1Location(String location) {
    if (stage1.location().isPresent()) {
      throw new MalformedException("location of a default stage1 image is already specified");
    }
    stage1 =
        new ConfiguredStage1(
            stage1.name(),
            stage1.version(),
            Optional.of(location),
            stage1.hypervisor(),
            stage1.kernel(),
            stage1.templates());
  }

  void machine(Optional<String> hypervisor, Optional<String> kernel, Optional<String> templates) {
    if ((hypervisor.isPresent() && stage1.hypervisor().isPresent())
        || (kernel.isPresent() && stage1.kernel().isPresent())
        || (templates.isPresent() && stage1.templates().isPresent())) {
      throw new MalformedException(
          "hypervisor, kernel or templates of machines is already specified");
    }
    stage1 =
        new ConfiguredStage1(
            stage1.name(),
            stage1.version(),
            stage1.location(),
            first(hypervisor, stage1.hypervisor()),
            first(kernel, stage1.kernel()),
            first(templates, stage1.templates()));
  }

  void resolve(String host, String address) {
    if (resolve.putIfAbsent(host, address) != null) {
      throw new MalformedException("address of \"" + host + "\" is already specified");
    }
  }

  void authorities(List<String> files) {
    if (authorities.isPresent()) {
      throw new MalformedException("certificate authorities are already specified");
    }
    authorities = Optional.of(files);
  }

  void privateAddresses(boolean refused) {
    if (refusesPrivate.isPresent()) {
      throw new MalformedException("private addresses are already specified");
    }
    refusesPrivate = Optional.of(refused);
  }

  /** {@code below} with everything replaced that is said here; on the start path, so no lambdas. */
  Config over(Config below) {
    return new Config(
        merged(below.auth(), auth),
        merged(below.dockerAuth(), dockerAuth),
        new ConfiguredPaths(
            first(paths.data(), below.paths().data()),
            first(paths.stage1Images(), below.paths().stage1Images())),
        stage1Over(below.stage1()),
        new FetchSettings(
            merged(below.fetch().resolve(), resolve),
            authorities.orElse(below.fetch().certificateAuthorities()),
            refusesPrivate.orElse(below.fetch().refusesPrivate())));
  }

  private ConfiguredStage1 stage1Over(ConfiguredStage1 below) {
    ConfiguredStage1 named = stage1.name().isPresent() ? stage1 : below;
    return new ConfiguredStage1(
        named.name(),
        named.version(),
        first(stage1.location(), below.location()),
        first(stage1.hypervisor(), below.hypervisor()),
        first(stage1.kernel(), below.kernel()),
        first(stage1.templates(), below.templates()));
  }

  private static Optional<String> first(Optional<String> above, Optional<String> below) {
    return above.isPresent() ? above : below;
  }

  private static <V> Map<String, V> merged(Map<String, V> below, Map<String, V> above) {
    Map<String, V> merged = new LinkedHashMap<>(below);
    merged.putAll(above);
    return merged;
  }
}
