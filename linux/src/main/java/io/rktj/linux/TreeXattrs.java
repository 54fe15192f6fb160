// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/**
 * Which extended attributes go along with a tree: those an image may set, not the host's own (such
 * as SELinux labels or an overlay's marks).
 */
final class TreeXattrs {
  private static final byte[] CAPABILITY = "security.capability".getBytes(UTF_8);
  private static final byte[] USER = "user.".getBytes(UTF_8);

  private TreeXattrs() {}

  static boolean isCopied(byte[] name) {
    return Arrays.equals(name, CAPABILITY)
        || (name.length > USER.length && Arrays.equals(name, 0, USER.length, USER, 0, USER.length));
  }
}
