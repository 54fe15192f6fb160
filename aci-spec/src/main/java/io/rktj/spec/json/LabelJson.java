// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.Labels;
import io.rktj.spec.Labels.Label;

/** {@code {"name": ..., "value": ...}}. */
final class LabelJson implements ItemJson<Label> {
  @Override
  public Label read(JsonCursor at, Problems problems) {
    Fields fields = new Fields(at, problems);
    return new Label(fields.identifier("name", "\"name\" is missing"), fields.text("value"));
  }

  @Override
  public void write(JsonWriter out, Label label) {
    out.beginObject().member("name", label.name().value()).member("value", label.value());
    out.endObject();
  }

  /** Writes the member {@code labels}, unless there are none. */
  static void member(JsonWriter out, Labels labels) {
    JsonLists.member(out, "labels", labels.entries(), new LabelJson());
  }
}
