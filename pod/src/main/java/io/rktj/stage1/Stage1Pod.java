// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1;

import io.rktj.pod.PodLayout;
import io.rktj.spec.Uuid;
import java.util.List;

/**
 * A pod that exists already, as {@code enter}, {@code stop} and {@code gc} meet it.
 *
 * @param localConfig directory of the machine's configuration, {@code /etc/rkt} by default
 * @param environment the caller's environment as {@code NAME=VALUE}
 */
public record Stage1Pod(
    Uuid uuid, PodLayout layout, String localConfig, boolean debug, List<String> environment) {
  /** Copies its list. */
  public Stage1Pod {
    environment = List.copyOf(environment);
  }
}
