// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.config;

import io.rktj.spec.MalformedException;
import java.io.File;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The whole configuration of one invocation (spec/rkt-cli.md section 5): the files of the system,
 * local and user directories, where later directories override earlier ones.
 *
 * @param auth credentials by {@code HOST} or {@code HOST:PORT}, in the order of the files
 * @param dockerAuth credentials by registry, in the order of the files
 */
public record Config(
    Map<String, Credentials> auth,
    Map<String, Credentials.Basic> dockerAuth,
    ConfiguredPaths paths,
    ConfiguredStage1 stage1,
    FetchSettings fetch) {
  /** Copies its maps, keeping their order. */
  public Config {
    auth = Collections.unmodifiableMap(new LinkedHashMap<>(auth));
    dockerAuth = Collections.unmodifiableMap(new LinkedHashMap<>(dockerAuth));
  }

  /** What holds without any file. */
  public static Config empty() {
    return new Config(
        Map.of(), Map.of(), ConfiguredPaths.NONE, ConfiguredStage1.NONE, FetchSettings.NONE);
  }

  /**
   * Reads all of the three directories; missing ones are fine.
   *
   * @throws MalformedException for any mistake in any file, {@code cannot get configuration}
   */
  public static Config load(Path system, Path local, Optional<Path> user) {
    return load(system, local, user, true);
  }

  /**
   * Reads only what is about this host, {@code paths} and {@code stage1}: what is about servers,
   * credentials among it, concerns no command that asks none.
   */
  public static Config loadPlaces(Path system, Path local, Optional<Path> user) {
    return load(system, local, user, false);
  }

  private static Config load(Path system, Path local, Optional<Path> user, boolean servers) {
    try {
      Config config = empty().overriddenBy(system, servers).overriddenBy(local, servers);
      return user.isPresent() ? config.overriddenBy(user.get(), servers) : config;
    } catch (MalformedException e) {
      throw new MalformedException("cannot get configuration: " + e.getMessage(), e.getCause());
    }
  }

  private Config overriddenBy(Path directory, boolean servers) {
    File root = directory.toFile();
    return root.exists() ? ConfigDirectory.read(root, servers).over(this) : this;
  }
}
