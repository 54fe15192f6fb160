// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.ImageId;

/** {@code "sha512-..."}. */
final class ImageIdJson implements ItemJson<ImageId> {
  @Override
  public ImageId read(JsonCursor at, Problems problems) {
    return ImageId.parse(at.text());
  }

  @Override
  public void write(JsonWriter out, ImageId id) {
    out.text(id.toString());
  }
}
