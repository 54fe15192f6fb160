// SPDX-License-Identifier: Apache-2.0
/** Tests of the flavour of name spaces. */
@NullMarked
package io.rktj.stage1.nspawn;

import org.jspecify.annotations.NullMarked;
