// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.spec.manifest.Isolator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code --seccomp mode=retain|remove[,errno=NAME][,SYSCALL...]}. */
final class SeccompFlag {
  private SeccompFlag() {}

  static Isolator.Seccomp parse(String text) {
    String mode = "";
    Optional<String> errno = Optional.empty();
    List<String> calls = new ArrayList<>();
    List<String> pieces = Words.split(text, ',');
    for (int i = 0; i < pieces.size(); i++) {
      String piece = pieces.get(i);
      int equals = piece.indexOf('=');
      if (equals < 0) {
        calls.add(piece);
      } else if (piece.startsWith("mode=")) {
        mode = piece.substring(equals + 1);
      } else if (piece.startsWith("errno=")) {
        errno = Optional.of(piece.substring(equals + 1));
      } else {
        throw new UsageException("invalid seccomp command-line override");
      }
    }
    if (!mode.equals("retain") && !mode.equals("remove")) {
      throw new UsageException("invalid seccomp mode command-line override");
    }
    calls.removeIf(String::isEmpty);
    if (calls.isEmpty()) {
      throw new UsageException("set must be non-empty");
    }
    return new Isolator.Seccomp(mode.equals("retain"), List.copyOf(calls), errno);
  }
}
