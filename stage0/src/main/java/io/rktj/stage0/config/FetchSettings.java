// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.config;

import java.util.List;
import java.util.Map;

/**
 * How this machine reaches image servers (kind fetch, our own): names that resolve to a fixed
 * address, files of further certificate authorities, and whether anything else may lead to
 * addresses that are not public. The first two say nothing about credentials: a certificate is
 * still checked against the original name.
 *
 * @param resolve {@code HOST} or {@code HOST:PORT} to {@code ADDRESS} or {@code ADDRESS:PORT}
 * @param certificateAuthorities absolute paths of PEM files
 * @param refusesPrivate whether addresses of this host and of private networks are refused
 */
public record FetchSettings(
    Map<String, String> resolve, List<String> certificateAuthorities, boolean refusesPrivate) {
  /** No override, no further authority. */
  public static final FetchSettings NONE = new FetchSettings(Map.of(), List.of(), false);

  /** Copies its collections. */
  public FetchSettings {
    resolve = Map.copyOf(resolve);
    certificateAuthorities = List.copyOf(certificateAuthorities);
  }
}
