// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.MalformedException;
import io.rktj.spec.SemVer;
import java.util.Optional;

/** What every document of the specification begins with: its kind and its version. */
final class AcKind {
  private AcKind() {}

  static void require(Fields fields, String kind) {
    if (!fields.text("acKind").equals(kind)) {
      fields.note("missing or bad ACKind (must be \"" + kind + "\")");
    }
  }

  static SemVer version(Fields fields, boolean required) {
    Optional<String> text = fields.optionalText("acVersion");
    if (text.isEmpty()) {
      if (required) {
        fields.note("acVersion must be set");
      }
      return SemVer.APPC;
    }
    try {
      return new SemVer(text.get());
    } catch (MalformedException e) {
      fields.note("acVersion: " + e.getMessage());
      return SemVer.APPC;
    }
  }
}
