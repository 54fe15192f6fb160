// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.net;

import io.rktj.pod.HostException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Changes the table nat through the host's iptables(8), whichever kind that is. */
final class Iptables {
  private static final long TIMEOUT_SECONDS = 30;
  private static final File NOTHING = new File("/dev/null");

  private final Map<String, String> environment;
  private final HostProgram program = new HostProgram(TIMEOUT_SECONDS, true);

  Iptables(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Applies all rules, or fails at the first that is refused. */
  void apply(List<List<String>> rules) {
    for (List<String> rule : rules) {
      try {
        HostProgram.Outcome outcome = run(rule);
        if (outcome.status() != 0) {
          String said = new String(outcome.output().toArray(), StandardCharsets.UTF_8).strip();
          throw new HostException(failure(rule) + ": " + said);
        }
      } catch (IOException e) {
        throw new HostException(failure(rule), e);
      }
    }
  }

  /**
   * Applies each rule that can be; for removal, where what is gone is as well as removed. Fails
   * where the program has not answered, because then nobody knows.
   */
  void applyWherePossible(List<List<String>> rules) {
    if (executable().isEmpty()) {
      return; // no iptables: then there are no rules of it either
    }
    for (List<String> rule : rules) {
      try {
        run(rule);
      } catch (IOException e) {
        throw new HostException("cannot remove forwarded ports: iptables -t nat " + rule.get(0), e);
      }
    }
  }

  private HostProgram.Outcome run(List<String> rule) throws IOException {
    List<String> command = new ArrayList<>();
    Optional<String> executable = executable();
    if (executable.isEmpty()) {
      throw new IOException("iptables is not installed (Debian package iptables)");
    }
    command.add(executable.get());
    command.addAll(List.of("-w", "-t", "nat"));
    command.addAll(rule);
    return program.run(command, environment, Path.of("/"), NOTHING);
  }

  private Optional<String> executable() {
    for (String directory : environment.getOrDefault("PATH", "").split(":", -1)) {
      File file = new File(directory, "iptables");
      if (directory.startsWith("/") && file.canExecute()) {
        return Optional.of(file.getPath());
      }
    }
    return Optional.empty();
  }

  private static String failure(List<String> rule) {
    return "stage1: failed to setup network: cannot forward ports: iptables -t nat "
        + String.join(" ", rule);
  }
}
