// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The unit tests of all modules, by their source: their classes are none of this module's, so they
 * cannot say themselves which rows they show.
 */
final class UnitTests {
  private static final Pattern NAME = Pattern.compile("(\\w+)\\.(\\w+)(?:\\[([^\\]]+)\\])?");

  private final Map<String, String> sources = new HashMap<>();

  /** Reads the test classes of the modules in {@code root}. */
  static UnitTests below(Path root) {
    UnitTests tests = new UnitTests();
    try (Stream<Path> modules = Files.list(root)) {
      for (Path module : modules.toList()) {
        tests.read(module.resolve("src/test/java"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return tests;
  }

  private void read(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith("Test.java")).toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        sources.merge(name, Files.readString(file), String::concat);
      }
    }
  }

  /** Those of {@code names} that no test has. */
  List<String> unknown(List<String> names) {
    return names.stream().filter(name -> !isThere(name)).toList();
  }

  private boolean isThere(String name) {
    Matcher parts = NAME.matcher(name);
    if (!parts.matches()) {
      return false;
    }
    String source = sources.getOrDefault(parts.group(1), "");
    int method = source.indexOf(" void " + parts.group(2) + "(");
    String one = parts.group(3);
    return method > 0
        && isTest(source.substring(source.lastIndexOf("\n\n", method), method))
        && (one == null || source.contains("\"" + one));
  }

  /** Whether what stands before a method, back to the empty line, makes it a test. */
  private static boolean isTest(String annotations) {
    return annotations.contains("@Test") || annotations.contains("@ParameterizedTest");
  }
}
