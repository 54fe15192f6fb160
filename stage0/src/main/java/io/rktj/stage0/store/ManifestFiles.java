// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import io.rktj.spec.ImageId;
import java.util.Optional;

/** Reads the manifests of stored images. Not a lambda: it is on the way of every start. */
final class ManifestFiles implements StoredImage.ManifestSource {
  private final StoreFiles files;
  private final StoreLayout layout;

  ManifestFiles(StoreFiles files, StoreLayout layout) {
    this.files = files;
    this.layout = layout;
  }

  @Override
  public byte[] manifestBytes(ImageId id) {
    Optional<byte[]> manifest = files.read(layout.manifest(id));
    if (manifest.isEmpty()) {
      throw new StoreException("image \"" + id + "\" was removed from the store");
    }
    return manifest.get();
  }
}
