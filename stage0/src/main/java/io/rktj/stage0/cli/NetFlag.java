// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code --net}, a list of {@code NAME[:ARGS]} over all its uses ({@code spec/rkt-cli.md} section
 * 3.4).
 */
final class NetFlag {
  private final List<String> names = new ArrayList<>();
  private final List<String> entries = new ArrayList<>();

  void add(String text) {
    List<String> pieces = Words.split(text, ',');
    for (int i = 0; i < pieces.size(); i++) {
      addOne(pieces.get(i));
    }
  }

  private void addOne(String entry) {
    List<String> parts = Words.split(entry, ':');
    String name = parts.get(0);
    if (name.isEmpty()) {
      throw new UsageException("netname must not be empty");
    }
    if (parts.size() > 2) {
      throw new UsageException(
          "network "
              + Quoted.of(name)
              + " provided with invalid arguments: ["
              + String.join(" ", parts.subList(1, parts.size()))
              + "]");
    }
    if (parts.size() == 2 && (name.equals("all") || name.equals("host"))) {
      throw new UsageException("arguments are not supported by special netname " + Quoted.of(name));
    }
    if (names.contains(name)) {
      throw new UsageException("found duplicate netname " + Quoted.of(name));
    }
    names.add(name);
    entries.add(entry);
  }

  /** The entries in the order given; {@code default} if the flag was not given. */
  List<String> networks() {
    return entries.isEmpty() ? List.of("default") : List.copyOf(entries);
  }

  boolean isNone() {
    return names.contains("none");
  }

  boolean isHost() {
    return names.contains("host");
  }
}
