// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.Labels;
import io.rktj.spec.SemVer;
import io.rktj.spec.manifest.Annotation;
import io.rktj.spec.manifest.App;
import io.rktj.spec.manifest.Dependency;
import io.rktj.spec.manifest.ImageManifest;
import java.util.List;
import java.util.Optional;

/**
 * Image manifests as JSON. Reading checks every rule of the specification and names all mistakes
 * with their places; unknown members are ignored here and kept by {@link ImageManifestDocument}.
 */
public final class ImageManifestJson {
  /** The value of {@code acKind}. */
  public static final String KIND = "ImageManifest";

  private ImageManifestJson() {}

  /** Reads a manifest; {@code subject} names it in errors. */
  public static ImageManifest read(byte[] document, String subject) {
    return read(JsonReader.parse(document, subject), subject);
  }

  /** Reads a manifest out of a tree; {@code subject} names it in errors. */
  public static ImageManifest read(Json document, String subject) {
    Problems problems = new Problems(subject);
    JsonCursor at = JsonCursor.of(document, subject);
    return Documents.read(at, problems, new Form());
  }

  /** The manifest as compact text. */
  public static String write(ImageManifest manifest) {
    return write(manifest, JsonWriter.compact());
  }

  /** The manifest as indented text. */
  public static String pretty(ImageManifest manifest, String indent) {
    return write(manifest, JsonWriter.pretty(indent));
  }

  private static String write(ImageManifest manifest, JsonWriter out) {
    new Form().write(out, manifest);
    return out.finish();
  }

  private static final class Form implements ItemJson<ImageManifest> {
    @Override
    public ImageManifest read(JsonCursor at, Problems problems) {
      Fields fields = new Fields(at, problems);
      AcKind.require(fields, KIND);
      SemVer version = AcKind.version(fields, true);
      AcIdentifier name = fields.identifier("name", "name must be set");
      Labels labels = fields.labels("labels");
      Optional<App> app = fields.optional("app", new AppJson());
      List<Annotation> annotations = fields.list("annotations", new AnnotationJson());
      List<Dependency> dependencies = fields.list("dependencies", new DependencyJson());
      return new ImageManifest(
          version, name, labels, app, annotations, dependencies, fields.texts("pathWhitelist"));
    }

    @Override
    public void write(JsonWriter out, ImageManifest manifest) {
      out.beginObject().member("acKind", KIND).member("acVersion", manifest.acVersion().value());
      out.member("name", manifest.name().value());
      LabelJson.member(out, manifest.labels());
      if (manifest.app().isPresent()) {
        new AppJson().write(out.name("app"), manifest.app().get());
      }
      JsonLists.member(out, "annotations", manifest.annotations(), new AnnotationJson());
      JsonLists.member(out, "dependencies", manifest.dependencies(), new DependencyJson());
      JsonLists.texts(out, "pathWhitelist", manifest.pathWhitelist());
      out.endObject();
    }
  }
}
