// SPDX-License-Identifier: Apache-2.0
/** Content-addressed images on disk. */
@NullMarked
package io.rktj.stage0.store;

import org.jspecify.annotations.NullMarked;
