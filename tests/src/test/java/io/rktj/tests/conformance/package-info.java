// SPDX-License-Identifier: Apache-2.0
/**
 * Which rule of rkt's contract is shown by which test: rows in text files, {@link
 * io.rktj.tests.conformance.Covers} on tests, and the page {@code docs/conformance.md} made of
 * both.
 */
@NullMarked
package io.rktj.tests.conformance;

import org.jspecify.annotations.NullMarked;
