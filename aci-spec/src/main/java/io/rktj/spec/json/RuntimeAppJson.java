// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.AcName;
import io.rktj.spec.ImageId;
import io.rktj.spec.Labels;
import io.rktj.spec.MalformedException;
import io.rktj.spec.manifest.App;
import io.rktj.spec.manifest.Mount;
import io.rktj.spec.manifest.RuntimeApp;
import io.rktj.spec.manifest.RuntimeImage;
import java.util.List;
import java.util.Optional;

/** One entry of a pod's {@code apps}. */
final class RuntimeAppJson implements ItemJson<RuntimeApp> {
  private static final RuntimeImage ANY_IMAGE =
      new RuntimeImage(ImageId.ofDigest(new byte[64]), Optional.empty(), Labels.NONE);

  @Override
  public RuntimeApp read(JsonCursor at, Problems problems) {
    Fields fields = new Fields(at, problems);
    AcName name = fields.acName("name", "name must be set");
    if (!fields.has("image")) {
      fields.note("\"image\" is missing");
    }
    RuntimeImage image = fields.optional("image", new RuntimeImageJson()).orElse(ANY_IMAGE);
    Optional<App> app = fields.optional("app", new AppJson());
    List<Mount> mounts = fields.list("mounts", new MountJson());
    return new RuntimeApp(
        name,
        image,
        app,
        fields.bool("readOnlyRootFS"),
        mounts,
        fields.list("annotations", new AnnotationJson()));
  }

  @Override
  public void write(JsonWriter out, RuntimeApp app) {
    out.beginObject().member("name", app.name().value());
    new RuntimeImageJson().write(out.name("image"), app.image());
    if (app.app().isPresent()) {
      new AppJson().write(out.name("app"), app.app().get());
    }
    if (app.readOnlyRootFs()) {
      out.member("readOnlyRootFS", true);
    }
    JsonLists.member(out, "mounts", app.mounts(), new MountJson());
    JsonLists.member(out, "annotations", app.annotations(), new AnnotationJson());
    out.endObject();
  }

  /** {@code {"name": ..., "id": ..., "labels": [...]}}. */
  private static final class RuntimeImageJson implements ItemJson<RuntimeImage> {
    @Override
    public RuntimeImage read(JsonCursor at, Problems problems) {
      Fields fields = new Fields(at, problems);
      Optional<AcIdentifier> name = fields.optionalIdentifier("name");
      Labels labels = fields.labels("labels");
      JsonCursor id = at.member("id");
      try {
        return new RuntimeImage(ImageId.parse(id.text()), name, labels);
      } catch (MalformedException e) {
        throw id.mistake(e);
      }
    }

    @Override
    public void write(JsonWriter out, RuntimeImage image) {
      out.beginObject();
      if (image.name().isPresent()) {
        out.member("name", image.name().get().value());
      }
      out.member("id", image.id().toString());
      LabelJson.member(out, image.labels());
      out.endObject();
    }
  }
}
