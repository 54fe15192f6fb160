// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import io.rktj.linux.DirectoryLock;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.spec.archive.AciStream;
import io.rktj.spec.archive.AciSummary;
import io.rktj.spec.archive.ArchiveLimits;
import io.rktj.spec.json.ImageManifestJson;
import io.rktj.spec.json.Json;
import io.rktj.spec.json.JsonReader;
import io.rktj.spec.manifest.ImageManifest;
import io.rktj.stage0.Progress;
import io.rktj.stage0.fetch.FetchedAci;
import io.rktj.stage0.fetch.Origin;
import io.rktj.stage0.trust.PendingVerification;
import io.rktj.stage0.trust.Trust;
import java.io.IOException;

/**
 * One image on its way into the store, in one pass over its bytes: signature, decompression, hash,
 * copy and visitor see the same bytes once; the manifest that is parsed is the one that was hashed.
 * Nothing has a name in the store before every check has passed, and nothing counts before the
 * record is written, last. A failure leaves no trace.
 */
final class ImageImport {
  private static final String BLOB = "blob";

  private final Kernel kernel;
  private final ImageIndex index;
  private final WorkDirectory work;

  ImageImport(Kernel kernel, ImageIndex index, WorkDirectory work) {
    this.kernel = kernel;
    this.index = index;
    this.work = work;
  }

  ImageRecord run(
      FetchedAci aci, PendingVerification verification, ImportWish wish, long nowMillis) {
    Origin origin = aci.origin();
    try {
      AciSummary summary = receive(aci, verification, wish);
      String subject = "manifest of \"" + origin.location() + "\"";
      Json document = JsonReader.parse(summary.manifest(), subject);
      ImageManifest manifest = ImageManifestJson.read(document, subject);
      Trust trust = verification.finish(manifest.name());
      ImageCheck.check(wish.requested(), summary.id(), manifest.name(), manifest.labels());
      ImageRecord record =
          new ImageRecord(
              summary.id(),
              manifest.name(),
              manifest.labels(),
              nowMillis,
              summary.sizes().tarBytes(),
              wish.latest(),
              trust,
              origin,
              document);
      return commit(record, summary.manifest());
    } catch (IOException e) {
      throw new StoreException("cannot store image from \"" + origin.location() + "\"", e);
    }
  }

  private AciSummary receive(FetchedAci aci, PendingVerification verification, ImportWish wish)
      throws IOException {
    Progress progress = wish.progress();
    try (BlobFile blob = new BlobFile(kernel, work.path(BLOB))) {
      AciSummary summary =
          new AciStream(aci.stream(), aci.origin().location(), ArchiveLimits.ofDefaults())
              .tap(
                  (bytes, offset, length) -> {
                    verification.update(bytes, offset, length);
                    progress.advance(length);
                  })
              .copyTo(blob)
              .visit(wish.visitor())
              .run();
      blob.sync();
      return summary;
    }
  }

  private ImageRecord commit(ImageRecord record, byte[] manifest) throws ErrnoException {
    try (DirectoryLock lock = index.lock()) {
      return index.add(lock, record, manifest, work.path(BLOB));
    }
  }
}
