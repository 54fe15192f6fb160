// SPDX-License-Identifier: Apache-2.0
/** Strict text to records and back; only home of Jackson. */
@NullMarked
package io.rktj.spec.json;

import org.jspecify.annotations.NullMarked;
