// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import java.util.List;

/**
 * What a flavour must know of the one who called rkt.
 *
 * @param localConfig directory of the machine's configuration
 * @param environment his variables, as {@code NAME=VALUE}
 */
public record Caller(String localConfig, boolean debug, List<String> environment) {
  /** Copies its list. */
  public Caller {
    environment = List.copyOf(environment);
  }
}
