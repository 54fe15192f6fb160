// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.net;

import io.rktj.spec.json.JsonCursor;
import io.rktj.stage1.plan.Bytes;

/**
 * A network's configuration, one {@code .conf} file of the CNI specification.
 *
 * @param file its file name, by which networks are ordered
 * @param type name of the plugin's program
 * @param isMasquerading {@code ipMasq}
 * @param text the file, which the plugin gets as it is
 */
record NetworkConfig(String file, String name, String type, boolean isMasquerading, Bytes text) {
  /** Reads a file's content; {@code path} names it in errors. */
  static NetworkConfig parse(String path, byte[] text) {
    JsonCursor document = JsonCursor.parse(text, path);
    JsonCursor type = document.member("type");
    if (!isPluginName(type.text())) {
      throw type.mistake(
          "\"" + type.text() + "\" is no name of a plugin: [a-z0-9][a-z0-9-]* is wanted");
    }
    JsonCursor name = document.member("name");
    if (name.text().isEmpty()) {
      throw name.mistake("empty name");
    }
    return new NetworkConfig(
        path.substring(path.lastIndexOf('/') + 1),
        name.text(),
        type.text(),
        document.bool("ipMasq", false),
        Bytes.copyOf(text));
  }

  /** A type is joined to a directory's path, so it must not lead anywhere else. */
  static boolean isPluginName(String type) {
    for (int i = 0; i < type.length(); i++) {
      char c = type.charAt(i);
      boolean plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      if (!plain && (c != '-' || i == 0)) {
        return false;
      }
    }
    return !type.isEmpty();
  }
}
