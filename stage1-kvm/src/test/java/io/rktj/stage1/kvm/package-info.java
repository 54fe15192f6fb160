// SPDX-License-Identifier: Apache-2.0
/** Tests of the flavour of virtual machines. */
@NullMarked
package io.rktj.stage1.kvm;

import org.jspecify.annotations.NullMarked;
