// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.ImageId;
import io.rktj.spec.manifest.Dependency;
import java.util.Optional;

/** {@code {"imageName": ..., "imageID": ..., "labels": [...], "size": 1}}. */
final class DependencyJson implements ItemJson<Dependency> {
  @Override
  public Dependency read(JsonCursor at, Problems problems) {
    Fields fields = new Fields(at, problems);
    AcIdentifier name = fields.identifier("imageName", "imageName cannot be empty");
    Optional<ImageId> id = fields.optional("imageID", new ImageIdJson());
    Optional<Long> size = fields.optionalInteger("size", 0, Long.MAX_VALUE);
    return new Dependency(name, id, fields.labels("labels"), size);
  }

  @Override
  public void write(JsonWriter out, Dependency dependency) {
    out.beginObject().member("imageName", dependency.imageName().value());
    if (dependency.imageId().isPresent()) {
      out.member("imageID", dependency.imageId().get().toString());
    }
    LabelJson.member(out, dependency.labels());
    if (dependency.size().isPresent()) {
      out.member("size", dependency.size().get());
    }
    out.endObject();
  }
}
