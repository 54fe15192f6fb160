// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

/** What a command does. Failures are thrown; {@link Rkt} is the one place that shows them. */
interface CommandBody {
  /** Sees each flag as it is read, so that a wrong value is refused at once. */
  default void flag(Flag flag, String value) {}

  /**
   * Does it.
   *
   * @return the exit status
   */
  int call(Invocation invocation);
}
