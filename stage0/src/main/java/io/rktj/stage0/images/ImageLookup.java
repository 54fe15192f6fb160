// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.images;

import io.rktj.spec.ImageId;
import io.rktj.spec.ImageIdPrefix;
import io.rktj.spec.discovery.AppString;
import io.rktj.stage0.store.ImageStore;
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

  /** The only image whose id begins with {@code prefix}. */
  StoredImage byPrefix(ImageIdPrefix prefix) {
    List<ImageId> ids =
        prefix.isComplete()
            ? List.of(new ImageId(prefix.hex()))
            : store.idsWithPrefix(prefix.hex());
    if (ids.size() > 1) {
      throw new ImageNotFoundException("ambiguous image ID: \"" + prefix + "\"");
    }
    Optional<StoredImage> image = ids.isEmpty() ? Optional.empty() : store.byId(ids.get(0));
    if (image.isEmpty()) {
      throw new ImageNotFoundException("no image IDs found", "see: rkt image list --full", null);
    }
    return image.get();
  }
}
