// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

/**
 * What rkt itself ends with ({@code spec/rkt-cli.md}, heading and section 4). A pod that was
 * started ends with a status of its own.
 */
public enum ExitCode {
  /** All was done. */
  DONE(0),
  /** A few commands, where the file that names a pod cannot be read. */
  UNREADABLE_UUID_FILE(1),
  /** {@code rkt} without a command. */
  NO_COMMAND(2),
  /** Something went wrong in rkt; wrong usage too. */
  FAILED(254);

  private final int status;

  ExitCode(int status) {
    this.status = status;
  }

  /** The status as the caller sees it. */
  public int status() {
    return status;
  }
}
