// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.docker;

import io.rktj.spec.BlobDigest;
import io.rktj.spec.MalformedException;
import io.rktj.spec.archive.ByteSink;
import io.rktj.spec.docker.Descriptor;
import java.security.MessageDigest;

/** Counts and hashes bytes that pass by, and compares them in the end with what was promised. */
final class BlobCheck implements ByteSink {
  private final BlobDigest promised;
  private final MessageDigest digest;
  private long count;

  BlobCheck(BlobDigest promised) {
    this.promised = promised;
    this.digest = promised.algorithm().start();
  }

  @Override
  public void accept(byte[] bytes, int offset, int length) {
    digest.update(bytes, offset, length);
    count += length;
  }

  /** The bytes must have had the digest, whatever their number. */
  void requireDigest(String subject) {
    BlobDigest found = BlobDigest.of(promised.algorithm(), digest.digest());
    if (!found.equals(promised)) {
      throw wrongDigest(subject, promised, found);
    }
  }

  /** The bytes must have been as many as {@code blob} says, and have had the digest. */
  void require(String subject, Descriptor blob) {
    if (count != blob.size()) {
      throw wrongSize(subject, blob, count);
    }
    requireDigest(subject);
  }

  static MalformedException wrongDigest(String subject, BlobDigest promised, BlobDigest found) {
    return new MalformedException(
        "cannot use image \"" + subject + "\": \"" + promised + "\" came as \"" + found + "\"");
  }

  static MalformedException wrongSize(String subject, Descriptor blob, long found) {
    return new MalformedException(
        "cannot use image \""
            + subject
            + "\": \""
            + blob.digest()
            + "\" came with "
            + found
            + " bytes, not "
            + blob.size());
  }
}
