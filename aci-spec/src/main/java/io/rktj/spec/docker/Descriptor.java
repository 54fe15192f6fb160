// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.docker;

import io.rktj.spec.BlobDigest;
import io.rktj.spec.MalformedException;
import io.rktj.spec.json.JsonCursor;

/**
 * How one document of a registry points to a blob (OCI image specification, descriptors). Places
 * outside the registry ({@code urls}) are never asked.
 *
 * @param size bytes of the blob
 */
public record Descriptor(String mediaType, BlobDigest digest, long size) {
  /** Most bytes of one blob. */
  public static final long LARGEST = 32L << 30;

  static Descriptor read(JsonCursor at) {
    JsonCursor digest = at.member("digest");
    try {
      return new Descriptor(
          at.text("mediaType"),
          BlobDigest.parse(digest.text()),
          at.member("size").integer(0, LARGEST));
    } catch (MalformedException e) {
      throw digest.mistake(e);
    }
  }
}
