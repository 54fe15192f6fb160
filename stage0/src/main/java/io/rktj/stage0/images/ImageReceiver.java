// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.images;

import io.rktj.linux.DirectoryLock;
import io.rktj.spec.ImageId;
import io.rktj.spec.MalformedException;
import io.rktj.spec.archive.AciVisitor;
import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.Progress;
import io.rktj.stage0.fetch.FetchedAci;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.store.ImportWish;
import io.rktj.stage0.store.RemoteRecord;
import io.rktj.stage0.store.Requested;
import io.rktj.stage0.store.StoreException;
import io.rktj.stage0.store.StoredImage;
import io.rktj.stage0.tree.ImageTree;
import io.rktj.stage0.tree.TreeStore;
import io.rktj.stage0.tree.TreeUnpack;
import io.rktj.stage0.trust.ImageVerifier;
import io.rktj.stage0.trust.PendingVerification;
import io.rktj.stage0.trust.Trust;
import io.rktj.stage0.trust.WaivedOption;
import java.util.Optional;

/**
 * The door of the store for images that come from anywhere: knows what is there already, lets in
 * what is verified or waived, and makes it a tree on the way. Thread-confined.
 */
final class ImageReceiver {
  private static final String SOURCE = "image";

  private final ImageStore store;
  private final TreeStore trees;
  private final boolean unpack;
  private final Diagnostics diagnostics;
  private boolean fetched;

  ImageReceiver(ImageStore store, TreeStore trees, boolean unpack, Diagnostics diagnostics) {
    this.store = store;
    this.trees = trees;
    this.unpack = unpack;
    this.diagnostics = diagnostics;
  }

  /** What the store has of {@code url}, if it is what is wanted and verified as wanted. */
  Optional<StoredImage> stored(String url, Requested requested, PullOptions options) {
    Optional<RemoteRecord> row = store.remote(url);
    Optional<StoredImage> image = row.isEmpty() ? Optional.empty() : store.byId(row.get().id());
    if (image.isEmpty() || (image.get().isUnverified() && options.waiver().isEmpty())) {
      return Optional.empty();
    }
    return matches(image.get(), requested) ? image : Optional.empty();
  }

  private boolean matches(StoredImage image, Requested requested) {
    try {
      store.requireMatch(image, requested);
      return true;
    } catch (MalformedException e) {
      return false; // the place holds something else by now, or will be refused once read again
    }
  }

  /** Waits until nobody else fetches the image at this place, and tells so. */
  DirectoryLock lockPlace(String url) {
    Optional<DirectoryLock> lock = store.tryLockPlace(url);
    if (lock.isPresent()) {
      return lock.get();
    }
    diagnostics.warn(SOURCE, "another rkt instance is downloading this file, waiting...");
    return store.lockPlace(url);
  }

  /** Takes an image unverified, and says so if that is the user's will. */
  PendingVerification waive(WaivedOption option) {
    if (option == WaivedOption.INSECURE_IMAGE) {
      diagnostics.warn(SOURCE, "warning: image signature verification has been disabled");
    }
    return ImageVerifier.waive(option);
  }

  /** Takes an image in, and unpacks it in the same pass if it may be run soon. */
  StoredImage add(
      FetchedAci aci,
      PendingVerification verification,
      Requested requested,
      boolean latest,
      Progress progress) {
    StoredImage image;
    if (unpack && !isUnpacked(aci.origin().location())) {
      image = addAndUnpack(aci, verification, requested, latest, progress);
    } else {
      image =
          store.add(
              aci, verification, new ImportWish(requested, latest, AciVisitor.NONE, progress));
    }
    fetched = true;
    if (image.trust() instanceof Trust.SignedBy signed) {
      diagnostics.warn(SOURCE, "signature verified:");
      diagnostics.warn(SOURCE, "  " + signed.identity());
    }
    return image;
  }

  private StoredImage addAndUnpack(
      FetchedAci aci,
      PendingVerification verification,
      Requested requested,
      boolean latest,
      Progress progress) {
    TreeUnpack files;
    try {
      files = trees.begin();
    } catch (StoreException e) {
      aci.close();
      throw e;
    }
    try (files) {
      StoredImage image =
          store.add(aci, verification, new ImportWish(requested, latest, files, progress));
      files.publish(image);
      return image;
    }
  }

  /** Whether a place held, last time, an image whose tree is here: most likely it still does. */
  private boolean isUnpacked(String place) {
    Optional<RemoteRecord> row = store.remote(place);
    return row.isPresent() && trees.byId(row.get().id().toString()).isPresent();
  }

  /** Makes the tree of what was brought, unless that came as one, or is gone already. */
  void renderIfFetched(ImageTree tree) {
    if (!fetched || !unpack) {
      return;
    }
    try {
      trees.render(tree);
    } catch (StoreException e) {
      if (isStored(tree)) {
        throw e;
      }
      diagnostics.note(SOURCE, "image " + tree.image().id() + " was removed meanwhile");
    }
  }

  private boolean isStored(ImageTree tree) {
    for (ImageId layer : tree.layers()) {
      if (store.byId(layer).isEmpty()) {
        return false;
      }
    }
    return true;
  }
}
