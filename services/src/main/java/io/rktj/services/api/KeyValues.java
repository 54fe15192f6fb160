// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.api;

import io.rktj.spec.manifest.Annotation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import rkt.v1alpha.KeyValue;

/** Names with values, as the interface has them. */
final class KeyValues {
  private KeyValues() {}

  static List<KeyValue> of(List<Annotation> annotations) {
    List<KeyValue> pairs = new ArrayList<>();
    for (Annotation annotation : annotations) {
      pairs.add(pair(annotation.name().value(), annotation.value()));
    }
    return pairs;
  }

  static List<KeyValue> of(Map<String, String> map) {
    List<KeyValue> pairs = new ArrayList<>();
    map.forEach((name, value) -> pairs.add(pair(name, value)));
    return pairs;
  }

  static KeyValue pair(String name, String value) {
    return KeyValue.newBuilder().setKey(name).setValue(value).build();
  }
}
