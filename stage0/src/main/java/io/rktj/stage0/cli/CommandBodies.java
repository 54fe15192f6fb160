// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

/**
 * The behaviour of each command. One method makes one body, so that a start loads the classes of
 * its own command and no other ({@code docs/architecture.md}).
 */
final class CommandBodies {
  private CommandBodies() {}

  /** The body of the command at {@code path}, one that is neither a group nor absent. */
  static CommandBody of(String path) {
    return switch (path) {
      case "version" -> version();
      default -> throw new AssertionError(path);
    };
  }

  private static CommandBody version() {
    return new VersionCommand();
  }
}
