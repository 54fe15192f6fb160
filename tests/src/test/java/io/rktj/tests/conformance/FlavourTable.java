// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.conformance;

import io.rktj.tests.kit.Flavour;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/**
 * Which tests of life cycle, executor and isolation run in machines as they do in name spaces, by
 * the annotations of the classes that have any.
 *
 * @param machines by test: {@link #SAME}, what is otherwise in machines, or nothing where the test
 *     does not say
 */
record FlavourTable(Map<String, String> machines) {
  private static final String SAME = "the same";

  static FlavourTable of(List<Class<?>> classes) {
    FlavourTable table = new FlavourTable(new TreeMap<>());
    for (Class<?> type : classes) {
      List<Method> tests =
          List.of(type.getDeclaredMethods()).stream().filter(FlavourTable::isTest).toList();
      if (tests.stream().anyMatch(test -> !machines(test).isEmpty())) {
        for (Method test : tests) {
          table.machines.put(type.getSimpleName() + "." + test.getName(), machines(test));
        }
      }
    }
    return table;
  }

  private static boolean isTest(Method method) {
    return method.isAnnotationPresent(Test.class)
        || method.isAnnotationPresent(ParameterizedTest.class);
  }

  private static String machines(Method test) {
    InEachFlavour each = test.getAnnotation(InEachFlavour.class);
    if (each != null && List.of(test.getParameterTypes()).contains(Flavour.class)) {
      return each.machines().isEmpty() ? SAME : each.machines();
    }
    InNameSpacesOnly one = test.getAnnotation(InNameSpacesOnly.class);
    return one == null ? "" : "not run: " + one.value();
  }

  /** Tests that say nothing, though their class does. */
  List<String> undecided() {
    return machines.entrySet().stream()
        .filter(test -> test.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .toList();
  }

  void appendTo(StringBuilder text) {
    text.append("\n## Flavours\n\n");
    text.append("The tests of life cycle, executor and isolation run with `");
    text.append(Flavour.NSPAWN.title()).append("`, and from the same classes with `");
    text.append(Flavour.KVM.title()).append("`.\n\n| test | in a machine |\n|---|---|\n");
    machines.forEach((test, machine) -> text.append("| " + test + " | " + machine + " |\n"));
  }
}
