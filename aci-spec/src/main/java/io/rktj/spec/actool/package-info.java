// SPDX-License-Identifier: Apache-2.0
/**
 * The command {@code actool} (appc spec, {@code spec/appc.md} section 10): builds, checks and
 * changes images. May use all of aci-spec; only it prints here. Usage: {@code actool build DIR
 * OUT.aci}.
 */
@NullMarked
package io.rktj.spec.actool;

import org.jspecify.annotations.NullMarked;
