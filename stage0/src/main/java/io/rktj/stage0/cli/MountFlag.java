// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.spec.AcName;
import io.rktj.spec.MalformedException;
import io.rktj.spec.manifest.Mount;
import java.util.List;
import java.util.Optional;

/**
 * {@code --mount volume=NAME,target=PATH}, with the escapes of a URL's query ({@code
 * spec/rkt-cli.md} section 3.1). A target that is relative is so to the app's root.
 */
final class MountFlag {
  private MountFlag() {}

  static Mount parse(String text) {
    String volume = "";
    String target = "";
    List<String> pieces = Words.split(text.replace('&', ',').replace(';', ','), ',');
    for (int i = 0; i < pieces.size(); i++) {
      String piece = pieces.get(i);
      int equals = piece.indexOf('=');
      String key = Words.queryText(equals < 0 ? piece : piece.substring(0, equals));
      String value = equals < 0 ? "" : Words.queryText(piece.substring(equals + 1));
      if (key.equals("volume")) {
        volume = value;
      } else if (key.equals("target")) {
        target = value;
      } else if (!piece.isEmpty()) {
        throw new UsageException("unknown mount parameter " + Quoted.of(key));
      }
    }
    if (target.isEmpty()) {
      throw new UsageException("no target in --mount flag " + Quoted.of(text));
    }
    return new Mount(name(volume, text), target, Optional.empty());
  }

  private static AcName name(String volume, String text) {
    try {
      return AcName.parse(volume);
    } catch (MalformedException e) {
      throw new UsageException(
          "invalid volume name "
              + Quoted.of(volume)
              + " in --mount flag "
              + Quoted.of(text)
              + ": "
              + e.getMessage(),
          e);
    }
  }
}
