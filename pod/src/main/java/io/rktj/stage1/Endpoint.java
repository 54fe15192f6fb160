// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1;

/** A standard stream of an app that others can be attached to. */
public enum Endpoint {
  /** Standard input. */
  STDIN("stdin"),
  /** Standard output. */
  STDOUT("stdout"),
  /** Standard error. */
  STDERR("stderr");

  private final String word;

  Endpoint(String word) {
    this.word = word;
  }

  /** The stream's name, such as {@code stdin}. */
  public String word() {
    return word;
  }

  /** How this stream of {@code streams} is set up. */
  public StandardStreams.Mode mode(StandardStreams streams) {
    return switch (this) {
      case STDIN -> streams.stdin();
      case STDOUT -> streams.stdout();
      case STDERR -> streams.stderr();
    };
  }
}
