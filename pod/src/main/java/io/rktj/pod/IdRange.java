// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.linux.SmallFiles;
import io.rktj.spec.MalformedException;

/**
 * User and group ids of the host that are a pod's own: in the pod's user name space they are those
 * from 0 on. Its text is rkt's, {@code SHIFT:COUNT} as in {@code 655360000:65536}, and the whole
 * content of the pod's file {@code private-users-prepared}.
 *
 * @param first id on the host of the pod's root
 * @param count how many there are; 0 for a pod that shares the host's ids
 */
public record IdRange(int first, int count) {
  /** That of a pod that shares the host's ids. */
  public static final IdRange NONE = new IdRange(0, 0);

  private static final int LARGEST = 64;

  /** Refuses what is no range above the host's root. */
  public IdRange {
    boolean none = first == 0 && count == 0;
    if (!none && (first <= 0 || count <= 0 || first > Integer.MAX_VALUE - count)) {
      throw new IllegalArgumentException("no range of ids: " + first + ":" + count);
    }
  }

  /** Whether the pod shares the host's ids. */
  public boolean isNone() {
    return count == 0;
  }

  /** Whether {@code id} of the pod is one of the host. */
  public boolean has(int id) {
    return id >= 0 && id < count;
  }

  /** The range of the pod at {@code layout}; that of no user name space if there is no file. */
  public static IdRange of(Kernel kernel, PodLayout layout) {
    String file = layout.privateUsersPrepared().toString();
    try {
      return parse(new String(SmallFiles.read(kernel, file, LARGEST), UTF_8).strip(), file);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return NONE;
      }
      throw new HostException("cannot read \"" + file + "\"", e);
    }
  }

  /** Reads the text form; {@code source} is where it comes from, for messages. */
  public static IdRange parse(String text, String source) {
    int colon = text.indexOf(':');
    try {
      return new IdRange(
          Integer.parseInt(text.substring(0, Math.max(colon, 0))),
          Integer.parseInt(text.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      throw new MalformedException(
          "cannot read \"" + source + "\": \"" + text + "\" is not SHIFT:COUNT", e);
    }
  }

  @Override
  public String toString() {
    return first + ":" + count;
  }
}
