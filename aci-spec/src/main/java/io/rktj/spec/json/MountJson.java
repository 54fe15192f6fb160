// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.AcName;
import io.rktj.spec.manifest.Mount;

/** {@code {"volume": ..., "path": ..., "appVolume": {...}}}. */
final class MountJson implements ItemJson<Mount> {
  @Override
  public Mount read(JsonCursor at, Problems problems) {
    Fields fields = new Fields(at, problems);
    AcName volume = fields.acName("volume", "volume must be set");
    return new Mount(volume, fields.text("path"), fields.optional("appVolume", new VolumeJson()));
  }

  @Override
  public void write(JsonWriter out, Mount mount) {
    out.beginObject().member("volume", mount.volume().value()).member("path", mount.path());
    if (mount.appVolume().isPresent()) {
      new VolumeJson().write(out.name("appVolume"), mount.appVolume().get());
    }
    out.endObject();
  }
}
