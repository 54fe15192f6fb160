// SPDX-License-Identifier: Apache-2.0
/** Sandbox plan to a micro virtual machine. */
@NullMarked
package io.rktj.stage1.kvm;

import org.jspecify.annotations.NullMarked;
