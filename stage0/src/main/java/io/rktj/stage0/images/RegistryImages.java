// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.images;

import io.rktj.linux.DirectoryLock;
import io.rktj.spec.BlobDigest;
import io.rktj.spec.Platform;
import io.rktj.spec.discovery.ImageRef;
import io.rktj.spec.docker.AciMapping;
import io.rktj.spec.manifest.Annotations;
import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.docker.RegistryImage;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.store.Requested;
import io.rktj.stage0.store.StoreException;
import io.rktj.stage0.store.StoredImage;
import io.rktj.stage0.store.WorkDirectory;
import io.rktj.stage0.trust.UntrustedImageException;
import java.util.Optional;

/**
 * Brings images of registries into the store, converted. Nobody signs them in a way that we know,
 * so each needs the user's waiver. Not loaded where the store has what is wanted.
 */
final class RegistryImages {
  private static final String SOURCE = "image";

  private final ImageStore store;
  private final Remotes remotes;
  private final ImageReceiver receiver;
  private final Diagnostics diagnostics;

  RegistryImages(
      ImageStore store, Remotes remotes, ImageReceiver receiver, Diagnostics diagnostics) {
    this.store = store;
    this.remotes = remotes;
    this.receiver = receiver;
    this.diagnostics = diagnostics;
  }

  /**
   * The image that {@code wanted} means by now. Differs from rkt: if the registry still has the
   * manifest that the stored image was made of, nothing is downloaded, for it would become the
   * same.
   */
  StoredImage fetch(ImageRef.AtRegistry wanted, PullOptions options, Platform host) {
    if (options.waiver().isEmpty()) {
      throw new UntrustedImageException(
          "signature verification for docker images is not supported (try"
              + " --insecure-options=image)");
    }
    remotes.beforeWork();
    try (DirectoryLock lock = receiver.lockPlace(wanted.place())) {
      if (!lock.isExclusive()) {
        throw new StoreException("the lock of \"" + wanted.place() + "\" is shared");
      }
      Optional<StoredImage> known = receiver.stored(wanted.place(), Requested.ANY, options);
      if (known.isPresent() && options.policy() == PullPolicy.NEW) {
        return known.get(); // somebody fetched it while we waited
      }
      diagnostics.note(SOURCE, "fetching image from " + wanted.place());
      RegistryImage image =
          RegistryImage.find(
              remotes.fetcher().registry(wanted.reference()), wanted, host, diagnostics);
      if (known.isPresent() && isMadeOf(known.get(), image.manifestHash())) {
        diagnostics.note(SOURCE, "image at " + wanted.place() + " has not changed");
        return known.get();
      }
      try (WorkDirectory work = store.newWork()) {
        return receiver.add(
            image.fetch(work),
            receiver.waive(options.waiver().get()),
            Requested.ANY,
            wanted.reference().isLatest(),
            NoProgress.INSTANCE);
      }
    }
  }

  private static boolean isMadeOf(StoredImage image, BlobDigest manifest) {
    return Annotations.value(image.manifest().annotations(), AciMapping.MANIFEST_HASH)
        .filter(manifest.toString()::equals)
        .isPresent();
  }
}
