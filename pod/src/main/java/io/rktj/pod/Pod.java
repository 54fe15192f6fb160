// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import io.rktj.spec.Uuid;

/**
 * A pod as it was at one moment: where it lay and whether it was locked. By the time it is looked
 * at the pod may have moved on; {@link PodStore}'s operations check again under the lock.
 *
 * @param where the directory it was in
 * @param state what that directory and its lock meant
 * @param layout its paths there
 */
public record Pod(Uuid uuid, PodDirectory where, PodState state, PodLayout layout) {}
