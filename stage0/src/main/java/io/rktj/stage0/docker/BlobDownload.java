// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.docker;

import io.rktj.spec.MalformedException;
import io.rktj.spec.docker.Descriptor;
import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.Progress;
import io.rktj.stage0.fetch.Registry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Brings blobs of one image here, each compared with its digest and its size. */
final class BlobDownload {
  private static final int BUFFER = 256 * 1024;

  private final Registry registry;
  private final String subject;
  private final Diagnostics diagnostics;

  BlobDownload(Registry registry, String subject, Diagnostics diagnostics) {
    this.registry = registry;
    this.subject = subject;
    this.diagnostics = diagnostics;
  }

  /** Copies a blob; what was copied is worthless if this fails. */
  void copy(Descriptor blob, OutputStream out) throws IOException {
    diagnostics.note("image", "downloading " + blob.digest());
    BlobCheck check = new BlobCheck(blob.digest());
    byte[] buffer = new byte[BUFFER];
    String title = "Downloading " + blob.digest().shortText();
    try (InputStream in = registry.blob(blob.digest(), blob.size());
        Progress progress = diagnostics.progress(title, blob.size())) {
      int count = in.read(buffer);
      while (count >= 0) {
        check.accept(buffer, 0, count);
        out.write(buffer, 0, count);
        progress.advance(count);
        count = in.read(buffer);
      }
    }
    check.require(subject, blob);
  }

  /** A blob that is here is of another size than is promised now. */
  MalformedException wrongSize(Descriptor blob, long found) {
    return BlobCheck.wrongSize(subject, blob, found);
  }
}
