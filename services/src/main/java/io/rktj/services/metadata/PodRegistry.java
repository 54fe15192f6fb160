// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.metadata;

import com.google.protobuf.ByteString;
import io.rktj.spec.AcName;
import io.rktj.spec.Uuid;
import io.rktj.spec.json.ImageManifestJson;
import io.rktj.spec.json.JsonCursor;
import io.rktj.spec.json.PodManifestJson;
import io.rktj.spec.manifest.ImageManifest;
import io.rktj.spec.manifest.PodManifest;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The pods that were registered, in memory only: the service has no state that could be wrong after
 * a crash. Thread-safe.
 */
final class PodRegistry {
  private final Map<Uuid, Entry> byUuid = new HashMap<>();
  private final Map<String, Entry> byToken = new HashMap<>();

  /** A manifest with the bytes it was read from, which are what is served. */
  record Image(ByteString document, ImageManifest manifest) {}

  /**
   * One pod as it is at one moment.
   *
   * @param hasAnnotations whether the document has a list of them, if an empty one
   */
  record Entry(
      Uuid uuid,
      String token,
      ByteString document,
      PodManifest manifest,
      boolean hasAnnotations,
      Map<AcName, Image> images) {
    Entry {
      images = Map.copyOf(images);
    }
  }

  /**
   * Puts a pod in, or puts it in anew with another manifest; the images of its apps stay.
   *
   * @return false if another pod has the token
   */
  synchronized boolean put(Uuid uuid, String token, ByteString document) {
    byte[] bytes = document.toByteArray();
    PodManifest manifest = PodManifestJson.read(bytes, "pod manifest");
    boolean hasAnnotations =
        JsonCursor.parse(bytes, "pod manifest").optionalMember("annotations").isPresent();
    Entry holder = byToken.get(token);
    if (holder != null && !holder.uuid().equals(uuid)) {
      return false;
    }
    Entry before = byUuid.get(uuid);
    if (before != null) {
      byToken.remove(before.token());
    }
    Map<AcName, Image> images = before == null ? Map.of() : before.images();
    store(new Entry(uuid, token, document, manifest, hasAnnotations, images));
    return true;
  }

  /** Adds the image of an app; false if there is no such pod. */
  synchronized boolean put(Uuid uuid, AcName app, ByteString document) {
    Image image =
        new Image(document, ImageManifestJson.read(document.toByteArray(), "image manifest"));
    Entry pod = byUuid.get(uuid);
    if (pod == null) {
      return false;
    }
    Map<AcName, Image> images = new HashMap<>(pod.images());
    images.put(app, image);
    store(
        new Entry(uuid, pod.token(), pod.document(), pod.manifest(), pod.hasAnnotations(), images));
    return true;
  }

  private void store(Entry entry) {
    byUuid.put(entry.uuid(), entry);
    byToken.put(entry.token(), entry);
  }

  /** Forgets a pod; false if there is no such. */
  synchronized boolean remove(Uuid uuid) {
    Entry pod = byUuid.remove(uuid);
    if (pod == null) {
      return false;
    }
    byToken.remove(pod.token());
    return true;
  }

  /** The pod that asks with {@code token}. */
  synchronized Optional<Entry> byToken(String token) {
    return Optional.ofNullable(byToken.get(token));
  }
}
