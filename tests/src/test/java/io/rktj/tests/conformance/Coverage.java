// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.conformance;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which tests say that they show which rows. */
record Coverage(Map<String, Set<String>> testsOfRow) {
  /** Reads the annotations of {@code classes}. */
  static Coverage of(List<Class<?>> classes) {
    Coverage coverage = new Coverage(new TreeMap<>());
    classes.forEach(coverage::read);
    return coverage;
  }

  private void read(Class<?> type) {
    read(type, type.getSimpleName());
    for (Method method : type.getDeclaredMethods()) {
      read(method, type.getSimpleName() + "." + method.getName());
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
    Set<String> tests = new TreeSet<>(testsOfRow.getOrDefault(row.id(), Set.of()));
    tests.addAll(row.unitTests());
    return tests;
  }
}
