// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1;

import io.rktj.pod.PodLayout;
import io.rktj.spec.Uuid;

/**
 * A pod that exists already, as {@code enter}, {@code stop} and {@code gc} meet it.
 *
 * @param localConfig directory of the machine's configuration, {@code /etc/rkt} by default
 */
public record Stage1Pod(Uuid uuid, PodLayout layout, String localConfig, boolean debug) {}
