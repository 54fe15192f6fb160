// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Which tests say that they show which rows. */
record Coverage(Map<String, Set<String>> testsOfRow) {
  /** Reads the annotations of all compiled classes below {@code classes}. */
  static Coverage of(Path classes) {
    Coverage coverage = new Coverage(new TreeMap<>());
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        String path = classes.relativize(file).toString();
        coverage.read(path.substring(0, path.length() - ".class".length()).replace('/', '.'));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return coverage;
  }

  private void read(String name) {
    try {
      Class<?> type = Class.forName(name, false, Coverage.class.getClassLoader());
      read(type, type.getSimpleName());
      for (Method method : type.getDeclaredMethods()) {
        read(method, type.getSimpleName() + "." + method.getName());
      }
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private void read(AnnotatedElement element, String test) {
    Covers covers = element.getAnnotation(Covers.class);
    if (covers != null) {
      for (String id : List.of(covers.value())) {
        testsOfRow.computeIfAbsent(id, key -> new TreeSet<>()).add(test);
      }
    }
  }

  Set<String> testsOf(Row row) {
    return testsOfRow.getOrDefault(row.id(), Set.of());
  }
}
