// SPDX-License-Identifier: Apache-2.0
/**
 * Commands, argument grammar, printing, exit codes; only home of picocli and of standard output.
 */
@NullMarked
package io.rktj.stage0.cli;

import org.jspecify.annotations.NullMarked;
