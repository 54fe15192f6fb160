// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.SemVer;
import io.rktj.spec.manifest.Annotation;
import io.rktj.spec.manifest.ExposedPort;
import io.rktj.spec.manifest.Isolator;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.spec.manifest.RuntimeApp;
import io.rktj.spec.manifest.Volume;
import java.util.List;

/**
 * Pod manifests as JSON. Reading checks every rule of the specification and names all mistakes with
 * their places; a missing {@code acVersion} is ours. Empty lists are written as null.
 */
public final class PodManifestJson {
  /** The value of {@code acKind}. */
  public static final String KIND = "PodManifest";

  private PodManifestJson() {}

  /** Reads a manifest; {@code subject} names it in errors. */
  public static PodManifest read(byte[] document, String subject) {
    JsonCursor at = JsonCursor.of(JsonReader.parse(document, subject), subject);
    return Documents.read(at, new Problems(subject), new Form());
  }

  /** The manifest as compact text. */
  public static String write(PodManifest manifest) {
    return write(manifest, JsonWriter.compact());
  }

  /** The manifest as indented text. */
  public static String pretty(PodManifest manifest, String indent) {
    return write(manifest, JsonWriter.pretty(indent));
  }

  private static String write(PodManifest manifest, JsonWriter out) {
    new Form().write(out, manifest);
    return out.finish();
  }

  private static final class Form implements ItemJson<PodManifest> {
    @Override
    public PodManifest read(JsonCursor at, Problems problems) {
      Fields fields = new Fields(at, problems);
      AcKind.require(fields, KIND);
      SemVer version = AcKind.version(fields, false);
      List<RuntimeApp> apps = fields.list("apps", new RuntimeAppJson());
      List<Volume> volumes = fields.list("volumes", new VolumeJson());
      List<Isolator> isolators = fields.list("isolators", new IsolatorJson());
      List<Annotation> annotations = fields.list("annotations", new AnnotationJson());
      List<ExposedPort> ports = fields.list("ports", new ExposedPortJson());
      return new PodManifest(
          version,
          apps,
          volumes,
          isolators,
          annotations,
          ports,
          fields.textMap("userAnnotations"),
          fields.textMap("userLabels"));
    }

    @Override
    public void write(JsonWriter out, PodManifest manifest) {
      out.beginObject().member("acVersion", manifest.acVersion().value()).member("acKind", KIND);
      JsonLists.memberOrNull(out, "apps", manifest.apps(), new RuntimeAppJson());
      JsonLists.memberOrNull(out, "volumes", manifest.volumes(), new VolumeJson());
      JsonLists.memberOrNull(out, "isolators", manifest.isolators(), new IsolatorJson());
      JsonLists.memberOrNull(out, "annotations", manifest.annotations(), new AnnotationJson());
      JsonLists.memberOrNull(out, "ports", manifest.ports(), new ExposedPortJson());
      JsonLists.texts(out, "userAnnotations", manifest.userAnnotations());
      JsonLists.texts(out, "userLabels", manifest.userLabels());
      out.endObject();
    }
  }
}
