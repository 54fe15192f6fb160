// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.stage0.images.ImageLookup;
import io.rktj.stage0.store.StoredImage;

/** {@code rkt image cat-manifest} ({@code spec/rkt-cli.md} section 4.17). */
final class ImageCatManifestCommand implements CommandBody {
  @Override
  public int call(Invocation invocation) {
    if (invocation.arguments().size() != 1) {
      return invocation.misused("must provide one image");
    }
    ImageLookup lookup = new ImageLookup(Session.open(invocation).images());
    StoredImage image = lookup.find(invocation.arguments().get(0));
    invocation
        .output()
        .json(
            CatManifestCommand.laidOut(
                image.manifestBytes(), "manifest of image " + image.id(), invocation.flags()));
    return ExitCode.DONE.status();
  }
}
