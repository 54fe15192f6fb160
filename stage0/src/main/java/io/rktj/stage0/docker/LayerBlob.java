// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.docker;

import io.rktj.spec.archive.LayerTree;
import io.rktj.spec.docker.Descriptor;
import io.rktj.stage0.store.WorkDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A layer that has been downloaded and checked, in a file nobody else writes to. */
final class LayerBlob implements LayerTree.Layer {
  private final Descriptor blob;
  private final WorkDirectory work;

  private LayerBlob(Descriptor blob, WorkDirectory work) {
    this.blob = blob;
    this.work = work;
  }

  /** Brings the layer here; one that an image has twice comes once. */
  static LayerBlob download(BlobDownload download, Descriptor blob, WorkDirectory work)
      throws IOException {
    LayerBlob layer = new LayerBlob(blob, work);
    Path file = Path.of(work.path(layer.file()));
    if (!Files.exists(file)) {
      try (OutputStream out = work.create(layer.file())) {
        download.copy(blob, out);
      }
    } else if (Files.size(file) != blob.size()) {
      throw download.wrongSize(blob, Files.size(file));
    }
    return layer;
  }

  private String file() {
    return "layer-" + blob.digest().hex();
  }

  @Override
  public String name() {
    return blob.digest().toString();
  }

  @Override
  public InputStream open() {
    return work.open(file());
  }
}
