// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.spec.manifest.EnvironmentVariable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code --set-env} and {@code --set-env-file} ({@code spec/rkt-cli.md} section 4.1). */
final class EnvironmentFlags {
  private static final String FORM = "environment variable must be specified as name=value";

  private final List<EnvironmentVariable> given = new ArrayList<>();
  private final List<EnvironmentVariable> fromFiles = new ArrayList<>();

  void set(String text) {
    addOnce(given, Words.variable(text, "must be specified as key=value"));
  }

  /** Reads a file with a variable on each line; blank lines and those after # or ; do not count. */
  void setFile(String file) {
    String where = " (file " + Quoted.of(file) + ")";
    String text;
    try {
      text = Files.readString(Path.of(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UsageException("cannot read " + Quoted.of(file), e);
    }
    for (String line : Words.split(text, '\n')) {
      String variable = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
      if (!variable.isBlank() && variable.charAt(0) != '#' && variable.charAt(0) != ';') {
        addOnce(fromFiles, Words.variable(variable, FORM + where));
      }
    }
  }

  List<EnvironmentVariable> given() {
    return given;
  }

  List<EnvironmentVariable> fromFiles() {
    return fromFiles;
  }

  private static void addOnce(List<EnvironmentVariable> variables, EnvironmentVariable added) {
    for (int i = 0; i < variables.size(); i++) {
      if (variables.get(i).name().equals(added.name())) {
        throw new UsageException("key " + Quoted.of(added.name()) + " already set");
      }
    }
    variables.add(added);
  }
}
