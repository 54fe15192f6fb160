// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.spec.manifest.EnvironmentVariable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code --set-env} and {@code --set-env-file} ({@code spec/rkt-cli.md} section 4.1). */
final class EnvironmentFlags {
  private static final int LARGEST_FILE = 4 << 20;
  private static final String FORM = "environment variable must be specified as name=value";

  private final List<EnvironmentVariable> given = new ArrayList<>();
  private final List<EnvironmentVariable> fromFiles = new ArrayList<>();

  void set(String text) {
    addOnce(given, Words.variable(text, "must be specified as key=value"));
  }

  /** Reads a file with a variable on each line; blank lines and those after # or ; do not count. */
  void setFile(String file) {
    String where = " (file " + Quoted.of(file) + ")";
    for (String line : Words.split(read(file), '\n')) {
      String variable = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
      if (!variable.isBlank() && variable.charAt(0) != '#' && variable.charAt(0) != ';') {
        addOnce(fromFiles, Words.variable(variable, FORM + where));
      }
    }
  }

  private static String read(String file) {
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      byte[] bytes = in.readNBytes(LARGEST_FILE + 1);
      if (bytes.length > LARGEST_FILE) {
        throw new UsageException("cannot read " + Quoted.of(file) + ": larger than 4 MiB");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (IOException e) {
      throw new UsageException("cannot read " + Quoted.of(file), e);
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
