// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.manifest.Annotation;

/** {@code {"name": ..., "value": ...}}. */
final class AnnotationJson implements ItemJson<Annotation> {
  @Override
  public Annotation read(JsonCursor at, Problems problems) {
    Fields fields = new Fields(at, problems);
    return new Annotation(fields.identifier("name", "\"name\" is missing"), fields.text("value"));
  }

  @Override
  public void write(JsonWriter out, Annotation annotation) {
    out.beginObject().member("name", annotation.name().value());
    out.member("value", annotation.value()).endObject();
  }
}
