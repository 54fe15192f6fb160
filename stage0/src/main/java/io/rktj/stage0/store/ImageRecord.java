// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.ImageId;
import io.rktj.spec.Labels;
import io.rktj.spec.json.Json;
import io.rktj.spec.json.JsonCursor;
import io.rktj.spec.json.JsonReader;
import io.rktj.spec.json.JsonWriter;
import io.rktj.spec.json.PackedJson;
import io.rktj.stage0.fetch.Origin;
import io.rktj.stage0.trust.Trust;
import io.rktj.stage0.trust.WaivedOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The proof that an image is in the store: written last, removed first, replaced whole by whoever
 * holds the commit lock. The file's time of last change is when the image was last used.
 *
 * <pre>
 * {"version":1,"id":"sha512-ab...","name":"example.com/app",
 *  "labels":{"version":"1.0.0","os":"linux","arch":"amd64"},
 *  "imported":1700000000000,"size":1234,"latest":false,
 *  "trust":{"fingerprint":"ab...","prefix":"example.com","identity":"A <a@example.com>"},
 *  "origin":{"kind":"remote","place":"https://example.com/app.aci","signature":"https:...",
 *            "etag":"\"x\"","maxAge":60,"downloaded":1700000000},
 *  "manifest":{"acKind":"ImageManifest",...}}
 * </pre>
 *
 * <p>The manifest is here a second time, parsed, because a start needs it; the whole record is
 * {@linkplain PackedJson packed} for the same reason.
 *
 * <p>An image that nobody vouches for has {@code "trust":{"waived":"INSECURE_IMAGE"}}.
 */
record ImageRecord(
    ImageId id,
    AcIdentifier name,
    Labels labels,
    long importedMillis,
    long size,
    boolean latest,
    Trust trust,
    Origin origin,
    Json manifest) {
  /** Whether it was let in only because the user waived the check. */
  boolean unverified() {
    return trust instanceof Trust.Waived waived && waived.option() == WaivedOption.INSECURE_IMAGE;
  }

  /** What is known once the same image has come a second time: the better trust stays. */
  ImageRecord mergedWith(ImageRecord newer) {
    boolean older = !unverified() || newer.unverified();
    return new ImageRecord(
        id,
        name,
        labels,
        newer.importedMillis,
        size,
        latest || newer.latest,
        older ? trust : newer.trust,
        older ? origin : newer.origin,
        manifest);
  }

  byte[] toBytes() {
    Json.Obj head = (Json.Obj) JsonReader.parse(head(), id.toString());
    List<Json.Member> members = new ArrayList<>(head.members());
    members.add(new Json.Member("manifest", manifest));
    return PackedJson.pack(new Json.Obj(members));
  }

  /** Everything but the manifest, as text. */
  String head() {
    JsonWriter json = JsonWriter.compact().beginObject();
    json.member("version", 1).member("id", id.toString()).member("name", name.value());
    json.name("labels").beginObject();
    for (Labels.Label label : labels.entries()) {
      json.member(label.name().value(), label.value());
    }
    json.endObject();
    json.member("imported", importedMillis).member("size", size).member("latest", latest);
    writeTrust(json.name("trust").beginObject());
    writeOrigin(json.name("origin").beginObject());
    return json.endObject().finish();
  }

  private void writeTrust(JsonWriter json) {
    if (trust instanceof Trust.SignedBy signed) {
      json.member("fingerprint", signed.fingerprint());
      json.member("prefix", signed.prefix());
      json.member("identity", signed.identity());
    } else if (trust instanceof Trust.Waived waived) {
      json.member("waived", waived.option().name());
    }
    json.endObject();
  }

  private void writeOrigin(JsonWriter json) {
    json.member("kind", origin.kind() == Origin.Kind.REMOTE ? "remote" : "file");
    json.member("place", origin.location());
    if (origin.signature().isPresent()) {
      json.member("signature", origin.signature().get());
    }
    if (origin.freshness().isPresent()) {
      RemoteRecord.writeFreshness(json, origin.freshness().get());
    }
    json.endObject();
  }

  static ImageRecord parse(byte[] document, String subject) {
    JsonCursor json = JsonCursor.of(PackedJson.unpack(document, subject), subject);
    json.member("version").integer(1, 1);
    return new ImageRecord(
        ImageId.parse(json.text("id")),
        AcIdentifier.parse(json.text("name")),
        readLabels(json.member("labels")),
        json.member("imported").integer(0, Long.MAX_VALUE),
        json.member("size").integer(0, Long.MAX_VALUE),
        json.bool("latest", false),
        readTrust(json.member("trust")),
        readOrigin(json.member("origin")),
        json.member("manifest").json());
  }

  private static Labels readLabels(JsonCursor json) {
    List<Labels.Label> labels = new ArrayList<>();
    for (JsonCursor member : json.members()) {
      labels.add(new Labels.Label(AcIdentifier.parse(member.name()), member.text()));
    }
    return new Labels(labels);
  }

  private static Trust readTrust(JsonCursor json) {
    Optional<String> waived = json.optionalText("waived");
    if (waived.isEmpty()) {
      return new Trust.SignedBy(
          json.text("fingerprint"), json.text("prefix"), json.text("identity"));
    }
    if (waived.get().equals(WaivedOption.INSECURE_IMAGE.name())) {
      return new Trust.Waived(WaivedOption.INSECURE_IMAGE);
    }
    if (waived.get().equals(WaivedOption.DISTRIBUTION.name())) {
      return new Trust.Waived(WaivedOption.DISTRIBUTION);
    }
    throw json.mistake("unknown reason for trust \"" + waived.get() + "\"");
  }

  private static Origin readOrigin(JsonCursor json) {
    boolean remote = json.text("kind").equals("remote");
    return new Origin(
        remote ? Origin.Kind.REMOTE : Origin.Kind.FILE,
        json.text("place"),
        json.optionalText("signature"),
        RemoteRecord.readFreshness(json));
  }
}
