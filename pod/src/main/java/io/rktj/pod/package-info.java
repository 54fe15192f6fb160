// SPDX-License-Identifier: Apache-2.0
/**
 * The pod directory: paths, states, locks, status files. May use spec.* and linux.
 *
 * <pre>
 * try (LockedPod pod = new PodStore(kernel, dataDirectory).create()) { ... }
 * </pre>
 */
@NullMarked
package io.rktj.pod;

import org.jspecify.annotations.NullMarked;
