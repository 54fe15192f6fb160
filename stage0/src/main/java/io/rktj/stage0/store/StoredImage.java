// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.ImageId;
import io.rktj.spec.Labels;
import io.rktj.spec.json.ImageManifestJson;
import io.rktj.spec.manifest.ImageManifest;
import io.rktj.stage0.fetch.Origin;
import io.rktj.stage0.trust.Trust;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An image that is in the store: its bytes were hashed, counted and checked before its record was
 * written. Only an {@link ImageStore} makes one. Thread-confined.
 */
public final class StoredImage {
  private final ImageRecord record;
  private final long lastUsedMillis;
  private final ManifestSource manifests;
  private byte @Nullable [] document;
  private @Nullable ImageManifest manifest;

  StoredImage(ImageRecord record, long lastUsedMillis, ManifestSource manifests) {
    this.record = record;
    this.lastUsedMillis = lastUsedMillis;
    this.manifests = manifests;
  }

  /** Reads what the store keeps of an image beside its record. */
  interface ManifestSource {
    byte[] manifestBytes(ImageId id);
  }

  /** The hash of its uncompressed tar. */
  public ImageId id() {
    return record.id();
  }

  /** The name in its manifest. */
  public AcIdentifier name() {
    return record.name();
  }

  /** The labels in its manifest. */
  public Labels labels() {
    return record.labels();
  }

  /** Its manifest, read when first asked for. */
  public ImageManifest manifest() {
    ImageManifest read = manifest;
    if (read == null) {
      read = ImageManifestJson.read(record.manifest(), "manifest of " + id());
      manifest = read;
    }
    return read;
  }

  /** Its manifest as it stands in the image, byte for byte. */
  public byte[] manifestBytes() {
    return document().clone();
  }

  private byte[] document() {
    byte[] read = document;
    if (read == null) {
      read = manifests.manifestBytes(id());
      document = read;
    }
    return read;
  }

  /** Why it was let in. */
  public Trust trust() {
    return record.trust();
  }

  /** Where it came from. */
  public Origin origin() {
    return record.origin();
  }

  /** Whether it was found by a name without a version. */
  public boolean isLatest() {
    return record.latest();
  }

  /** Whether it was let in without verification because the user said so. */
  public boolean isUnverified() {
    return record.unverified();
  }

  /** When it was imported, in milliseconds since the epoch. */
  public long importedMillis() {
    return record.importedMillis();
  }

  /** When it was last used, in milliseconds since the epoch. */
  public long lastUsedMillis() {
    return lastUsedMillis;
  }

  /** Bytes of the stored tar. */
  public long size() {
    return record.size();
  }

  /** Its name, with {@code :VERSION} if it has that label; for people. */
  public String nameWithVersion() {
    Optional<String> version = labels().value("version");
    return version.isPresent() ? name().value() + ":" + version.get() : name().value();
  }

  @Override
  public String toString() {
    return id().toString();
  }
}
