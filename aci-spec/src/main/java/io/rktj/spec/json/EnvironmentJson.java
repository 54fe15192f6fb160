// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.manifest.EnvironmentVariable;

/** {@code {"name": ..., "value": ...}}. */
final class EnvironmentJson implements ItemJson<EnvironmentVariable> {
  @Override
  public EnvironmentVariable read(JsonCursor at, Problems problems) {
    Fields fields = new Fields(at, problems);
    return new EnvironmentVariable(fields.text("name"), fields.text("value"));
  }

  @Override
  public void write(JsonWriter out, EnvironmentVariable variable) {
    out.beginObject().member("name", variable.name()).member("value", variable.value());
    out.endObject();
  }
}
