// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.tree;

import io.rktj.spec.ImageId;
import io.rktj.spec.json.JsonCursor;
import io.rktj.spec.json.JsonReader;
import io.rktj.spec.json.JsonWriter;
import io.rktj.spec.json.PackedJson;
import java.util.ArrayList;
import java.util.List;

/**
 * Says that the tree beside it is complete, and of which images it was made, highest first. Written
 * beside {@code rootfs}, never in it, before the whole directory gets its name; so the tree is
 * there with its marker, on the disk, or not at all.
 *
 * <pre>
 * {"version":1,"images":["sha512-ab..."],"size":1234,"entries":5}
 * </pre>
 *
 * <p>{@linkplain PackedJson Packed}, because every start reads it.
 */
record TreeMarker(List<ImageId> images, long size, long entries) {
  static final String FILE = "rendered";

  TreeMarker {
    images = List.copyOf(images);
  }

  byte[] toBytes() {
    JsonWriter json = JsonWriter.compact().beginObject().member("version", 1);
    json.name("images").beginArray();
    for (ImageId image : images) {
      json.text(image.toString());
    }
    json.endArray().member("size", size).member("entries", entries);
    return PackedJson.pack(JsonReader.parse(json.endObject().finish(), FILE));
  }

  static TreeMarker parse(byte[] document, String subject) {
    JsonCursor json = JsonCursor.of(PackedJson.unpack(document, subject), subject);
    json.member("version").integer(1, 1);
    List<ImageId> images = new ArrayList<>();
    for (JsonCursor image : json.list("images")) {
      images.add(ImageId.parse(image.text()));
    }
    if (images.isEmpty()) {
      throw json.mistake("a tree of no image");
    }
    long size = json.member("size").integer(0, Long.MAX_VALUE);
    return new TreeMarker(images, size, json.member("entries").integer(0, Long.MAX_VALUE));
  }
}
