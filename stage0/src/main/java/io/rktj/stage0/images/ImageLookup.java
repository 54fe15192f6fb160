// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.images;

import io.rktj.spec.ImageId;
import io.rktj.spec.ImageIdPrefix;
import io.rktj.spec.MalformedException;
import io.rktj.spec.discovery.AppString;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.store.StoreException;
import io.rktj.stage0.store.StoredImage;
import java.util.List;
import java.util.Optional;

/**
 * Finds images of the store by what a user types after {@code rkt image COMMAND}: an id or its
 * beginning, or a name with labels as they are ({@code spec/rkt-cli.md} section 4.17). Says nothing
 * of trust: who runs an image asks {@link ImageResolver}.
 */
public final class ImageLookup {
  private final ImageStore store;

  /** Looks in {@code store}. */
  public ImageLookup(ImageStore store) {
    this.store = store;
  }

  /** The image meant by {@code text}. */
  public StoredImage find(String text) {
    if (ImageIdPrefix.looksLike(text)) {
      return byPrefix(ImageIdPrefix.parse(text));
    }
    AppString wanted = AppString.parse(text);
    Optional<StoredImage> image = store.byName(wanted.name(), wanted.labels(), true);
    if (image.isEmpty()) {
      throw new ImageNotFoundException(
          "cannot find aci satisfying name: \""
              + wanted.name()
              + "\" and labels: ["
              + wanted.labels()
              + "] in the local store");
    }
    return image.get();
  }

  /**
   * The id meant by {@code text}, readable or not: of images of one name, a single one that cannot
   * be read is the one meant.
   */
  public ImageId findToRemove(String text) {
    if (ImageIdPrefix.looksLike(text)) {
      return idOf(ImageIdPrefix.parse(text));
    }
    try {
      return find(text).id();
    } catch (StoreException | MalformedException e) {
      List<ImageId> ids = store.idsNamed(AppString.parse(text).name());
      if (ids.size() == 1) {
        return ids.get(0);
      }
      throw new StoreException(
          "cannot tell the images called \"" + text + "\" apart",
          "remove the one that cannot be read by its ID",
          e);
    }
  }

  private ImageId idOf(ImageIdPrefix prefix) {
    List<ImageId> ids = store.idsWithPrefix(prefix.hex());
    if (ids.size() == 1) {
      return ids.get(0);
    }
    throw ids.isEmpty() ? none() : ambiguous(prefix);
  }

  /** The only image whose id begins with {@code prefix}. */
  StoredImage byPrefix(ImageIdPrefix prefix) {
    List<ImageId> ids =
        prefix.isComplete()
            ? List.of(new ImageId(prefix.hex()))
            : store.idsWithPrefix(prefix.hex());
    if (ids.size() > 1) {
      throw ambiguous(prefix);
    }
    Optional<StoredImage> image = ids.isEmpty() ? Optional.empty() : store.byId(ids.get(0));
    if (image.isEmpty()) {
      throw none();
    }
    return image.get();
  }

  private static ImageNotFoundException ambiguous(ImageIdPrefix prefix) {
    return new ImageNotFoundException("ambiguous image ID: \"" + prefix + "\"");
  }

  private static ImageNotFoundException none() {
    return new ImageNotFoundException("no image IDs found", "see: rkt image list --full", null);
  }
}
