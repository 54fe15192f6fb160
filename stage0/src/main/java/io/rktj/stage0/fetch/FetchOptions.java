// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.stage0.config.Config;
import java.time.Clock;
import java.util.Map;

/**
 * How to reach servers in one invocation.
 *
 * @param images for discovery, images and signatures
 * @param keys for public keys and their discovery
 * @param version of this program, for the User-Agent
 * @param environment where the proxies are named
 */
public record FetchOptions(
    Config config,
    Leniency images,
    Leniency keys,
    String version,
    Map<String, String> environment,
    Clock clock) {
  /** Copies the environment. */
  public FetchOptions {
    environment = Map.copyOf(environment);
  }
}
