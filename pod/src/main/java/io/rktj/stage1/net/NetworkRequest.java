// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.net;

import io.rktj.stage1.Stage1Exception;

/**
 * One entry of {@code --net}: a network's name, and arguments for its plugin.
 *
 * @param arguments value of {@code CNI_ARGS}, {@code K=V;K=V}; may be empty
 */
record NetworkRequest(String name, String arguments) {
  /** Reads {@code NAME[:K=V;K=V]}. */
  static NetworkRequest parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      return new NetworkRequest(text, "");
    }
    String arguments = text.substring(colon + 1);
    for (String pair : arguments.split(";", -1)) {
      if (!isPair(pair)) {
        throw new Stage1Exception(
            "stage1: cannot use network \""
                + text
                + "\": arguments are not of the form KEY=VALUE;KEY=VALUE");
      }
    }
    return new NetworkRequest(text.substring(0, colon), arguments);
  }

  /** Only words can be keys, and no value can start another pair or another line. */
  private static boolean isPair(String pair) {
    int equals = pair.indexOf('=');
    if (equals < 1) {
      return false;
    }
    for (int i = 0; i < pair.length(); i++) {
      char c = pair.charAt(i);
      boolean word = (Character.isLetterOrDigit(c) && c < 0x80) || c == '_';
      if (i < equals ? !word : c <= ' ' || c > '~') {
        return false;
      }
    }
    return true;
  }
}
