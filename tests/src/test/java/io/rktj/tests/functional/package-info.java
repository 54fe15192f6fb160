// SPDX-License-Identifier: Apache-2.0
/** The installed command, driven as a process; what is looked at is the kernel's view. */
@NullMarked
package io.rktj.tests.functional;

import org.jspecify.annotations.NullMarked;
