// SPDX-License-Identifier: Apache-2.0
/**
 * The kernel as an interface, descriptors, locks, whole files, copying and removal of trees,
 * leaving the JVM by exec; only home of jnr-ffi. Uses the JDK only.
 *
 * <pre>
 * try (DirectoryLock lock = DirectoryLock.exclusive(Kernel.host(), path)) { ... }
 * </pre>
 */
@NullMarked
package io.rktj.linux;

import org.jspecify.annotations.NullMarked;
