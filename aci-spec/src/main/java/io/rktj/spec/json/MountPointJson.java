// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.manifest.MountPoint;

/** {@code {"name": ..., "path": ..., "readOnly": true}}. */
final class MountPointJson implements ItemJson<MountPoint> {
  @Override
  public MountPoint read(JsonCursor at, Problems problems) {
    Fields fields = new Fields(at, problems);
    return new MountPoint(
        fields.acName("name", "\"name\" is missing"), fields.text("path"), fields.bool("readOnly"));
  }

  @Override
  public void write(JsonWriter out, MountPoint point) {
    out.beginObject().member("name", point.name().value()).member("path", point.path());
    if (point.readOnly()) {
      out.member("readOnly", true);
    }
    out.endObject();
  }
}
