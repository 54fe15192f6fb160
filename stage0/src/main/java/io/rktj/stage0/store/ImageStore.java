// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import io.rktj.linux.Kernel;
import io.rktj.spec.AcIdentifier;
import io.rktj.spec.ImageId;
import io.rktj.spec.Labels;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Content-addressed images on disk. */
@SuppressWarnings("DoNotCallSuggester") // bodies come next
public final class ImageStore {
  /** The store in {@code DIR/cas}, made if it is not there. */
  public static ImageStore open(Path dataDirectory, Kernel kernel) {
    throw new UnsupportedOperationException();
  }

  private ImageStore() {}

  /** The image with this hash. */
  public Optional<StoredImage> byId(ImageId id) {
    throw new UnsupportedOperationException();
  }

  /** The ids that begin with these hexadecimal digits. */
  public List<ImageId> idsWithPrefix(String hex) {
    throw new UnsupportedOperationException();
  }

  /** The best image called {@code name} that has all {@code labels}. */
  public Optional<StoredImage> byName(AcIdentifier name, Labels labels, boolean unverifiedToo) {
    throw new UnsupportedOperationException();
  }

  /** All images. */
  public ImageListing list() {
    throw new UnsupportedOperationException();
  }

  /** Removes an image; its rendered trees stay. */
  public void remove(StoredImage image) {
    throw new UnsupportedOperationException();
  }

  /** Notes that an image was used now. */
  public void touch(StoredImage image) {
    throw new UnsupportedOperationException();
  }

  /** The stored tar. */
  public InputStream open(StoredImage image) {
    throw new UnsupportedOperationException();
  }

  /** Reads the stored tar again and compares its hash with its id. */
  public boolean verifies(StoredImage image) {
    throw new UnsupportedOperationException();
  }
}
