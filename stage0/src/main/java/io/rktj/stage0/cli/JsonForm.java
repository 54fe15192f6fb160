// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.spec.json.JsonWriter;

/** {@code --format}: whether an answer is JSON, and how it is laid out. */
enum JsonForm {
  /** No JSON: text for people. */
  NONE,
  /** On one line. */
  COMPACT,
  /** Indented by tabs. */
  PRETTY;

  static JsonForm of(FlagValues flags) {
    return parse(flags.text("format", ""));
  }

  /** Reads the value of {@code --format}. */
  static JsonForm parse(String word) {
    return switch (word) {
      case "" -> NONE;
      case "json" -> COMPACT;
      case "json-pretty" -> PRETTY;
      default ->
          throw new UsageException(
              "unknown format " + Quoted.of(word) + " (must be json or json-pretty)");
    };
  }

  JsonWriter writer() {
    return this == PRETTY ? JsonWriter.pretty("\t") : JsonWriter.compact();
  }
}
