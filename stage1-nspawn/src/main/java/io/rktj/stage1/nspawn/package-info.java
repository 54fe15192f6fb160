// SPDX-License-Identifier: Apache-2.0
/** Sandbox plan to a pod of namespaces. */
@NullMarked
package io.rktj.stage1.nspawn;

import org.jspecify.annotations.NullMarked;
