// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** One command line run in this JVM, and what came of it. */
record CommandRun(int status, String out, String err) {
  static CommandRun of(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status = new Rkt(new Output(out, err), Map.of("HOME", "/root")).run(List.of(words));
    return new CommandRun(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
