// SPDX-License-Identifier: Apache-2.0
/** Benchmarks: whole commands against peers and floors, ratios within one run. */
@NullMarked
package io.rktj.tests.bench;

import org.jspecify.annotations.NullMarked;
