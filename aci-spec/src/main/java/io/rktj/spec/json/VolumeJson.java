// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.AcName;
import io.rktj.spec.manifest.Volume;
import java.util.Optional;

/** {@code {"name": ..., "kind": "host", "source": "/srv", "readOnly": true}}. */
final class VolumeJson implements ItemJson<Volume> {
  @Override
  public Volume read(JsonCursor at, Problems problems) {
    Fields fields = new Fields(at, problems);
    AcName name = fields.acName("name", "\"name\" is missing");
    Volume.Kind kind = Volume.Kind.parse(fields.text("kind"));
    return new Volume(
        name,
        kind,
        fields.optionalText("source"),
        fields.optionalBool("readOnly"),
        fields.optionalBool("recursive"),
        fields.optionalText("mode"),
        fields.optionalId("uid"),
        fields.optionalId("gid"));
  }

  @Override
  public void write(JsonWriter out, Volume volume) {
    out.beginObject().member("name", volume.name().value()).member("kind", volume.kind().text());
    text(out, "source", volume.source());
    bool(out, "readOnly", volume.readOnly());
    bool(out, "recursive", volume.recursive());
    text(out, "mode", volume.mode());
    number(out, "uid", volume.uid());
    number(out, "gid", volume.gid());
    out.endObject();
  }

  private static void text(JsonWriter out, String name, Optional<String> value) {
    if (value.isPresent()) {
      out.member(name, value.get());
    }
  }

  private static void bool(JsonWriter out, String name, Optional<Boolean> value) {
    if (value.isPresent()) {
      out.member(name, value.get());
    }
  }

  private static void number(JsonWriter out, String name, Optional<Integer> value) {
    if (value.isPresent()) {
      out.member(name, value.get());
    }
  }
}
