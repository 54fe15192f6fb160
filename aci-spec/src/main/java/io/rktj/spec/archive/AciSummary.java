// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import io.rktj.spec.ImageId;

/** What one whole pass over an image has found; every rule for archives has been met by it. */
public final class AciSummary {
  private final ImageId id;
  private final byte[] manifest;
  private final Compression compression;
  private final Sizes sizes;

  AciSummary(ImageId id, byte[] manifest, Compression compression, Sizes sizes) {
    this.id = id;
    this.manifest = manifest.clone();
    this.compression = compression;
    this.sizes = sizes;
  }

  /**
   * How much there was.
   *
   * @param compressedBytes bytes of the image as it came
   * @param tarBytes bytes of the uncompressed tar
   * @param expandedBytes bytes of content of the manifest and all files, holes included
   * @param entries entries of the root file system
   */
  public record Sizes(long compressedBytes, long tarBytes, long expandedBytes, long entries) {}

  /** The hash of the uncompressed tar. */
  public ImageId id() {
    return id;
  }

  /** The bytes of the manifest, which have not been parsed yet. */
  public byte[] manifest() {
    return manifest.clone();
  }

  /** How the image came. */
  public Compression compression() {
    return compression;
  }

  /** How much there was. */
  public Sizes sizes() {
    return sizes;
  }

  /** Bytes of the uncompressed tar. */
  public long tarSize() {
    return sizes.tarBytes();
  }
}
