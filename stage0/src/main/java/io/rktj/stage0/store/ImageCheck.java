// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.ImageId;
import io.rktj.spec.Labels;
import io.rktj.spec.MalformedException;
import java.util.Optional;

/**
 * Whether an image is the one that was asked for ({@code spec/appc.md} 7.3, {@code spec/rkt-cli.md}
 * section 8). Done for every image; differs from rkt, which skips it together with the signature.
 */
final class ImageCheck {
  private ImageCheck() {}

  static void check(Requested requested, ImageId id, AcIdentifier name, Labels labels) {
    if (requested.name().isPresent() && !requested.name().get().equals(name)) {
      throw new MalformedException(
          "error when reading the app name: \""
              + requested.name().get()
              + "\" expected but \""
              + name
              + "\" found");
    }
    for (Labels.Label wanted : requested.labels().entries()) {
      checkLabel(wanted, labels.value(wanted.name().value()));
    }
    if (requested.id().isPresent() && !requested.id().get().equals(id)) {
      throw new MalformedException(
          "image hash does not match expected (" + id + " != " + requested.id().get() + ")");
    }
    Optional<String> os = labels.value("os");
    if (os.isPresent() && !os.get().equals("linux")) {
      throw new MalformedException("bad os \"" + os.get() + "\" (must be one of: [linux])");
    }
  }

  private static void checkLabel(Labels.Label wanted, Optional<String> found) {
    if (found.isEmpty()) {
      throw new MalformedException(
          "requested label \"" + wanted.name() + "\" not provided by the image manifest");
    }
    if (!found.get().equals(wanted.value())) {
      throw new MalformedException(
          "requested value for label \""
              + wanted.name()
              + "\": \""
              + wanted.value()
              + "\" differs from fetched aci label value: \""
              + found.get()
              + "\"");
    }
  }
}
