// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.service;

import io.rktj.stage0.Diagnostics;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the command line says to a {@link Service}.
 *
 * @param listen where to listen: what the command's own flag says
 * @param data the data directory
 * @param settings the other global flags
 * @param environment the caller's variables
 * @param log hears of each request, as a warning, so that it is always shown
 */
public record ServiceCall(
    String listen, Path data, Settings settings, Map<String, String> environment, Diagnostics log) {

  /** Copies its map. */
  public ServiceCall {
    environment = Map.copyOf(environment);
  }

  /**
   * What this rkt is, and what its global flags say.
   *
   * @param userConfig empty for none
   */
  public record Settings(
      String rktVersion,
      String appcVersion,
      String systemConfig,
      String localConfig,
      String userConfig,
      String insecureOptions,
      boolean trustKeysFromHttps) {}
}
