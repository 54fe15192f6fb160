// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

/** The versions this build speaks of. */
final class Version {
  /** rktj's own version. */
  static final String TEXT = "0.1.0";

  /** The appc specification that manifests are written by. */
  static final String APPC = "0.8.11";

  private Version() {}
}
