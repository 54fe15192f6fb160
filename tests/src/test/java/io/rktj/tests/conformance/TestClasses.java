// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The compiled classes of the tests, which are not initialized by being looked at. */
final class TestClasses {
  private TestClasses() {}

  /** All classes below {@code directory}, by name. */
  static List<Class<?>> below(Path directory) {
    List<Class<?>> classes = new ArrayList<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).sorted().toList()) {
        String path = directory.relativize(file).toString();
        String name = path.substring(0, path.length() - ".class".length()).replace('/', '.');
        classes.add(Class.forName(name, false, TestClasses.class.getClassLoader()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
    return classes;
  }
}
