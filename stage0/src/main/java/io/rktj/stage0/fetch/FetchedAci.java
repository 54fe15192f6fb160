// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of an image on their way here, to be read once. A download that breaks off is kept and
 * resumed the next time; one that was read to its end, or that its reader gave up, leaves nothing
 * when closed.
 */
public final class FetchedAci implements AutoCloseable {
  private final InputStream stream;
  private final Origin origin;
  private final long size;
  private boolean taken;

  FetchedAci(InputStream stream, Origin origin, long size) {
    this.stream = stream;
    this.origin = origin;
    this.size = size;
  }

  /** An image that is made here of what came from {@code origin}, while it is read. */
  public static FetchedAci converted(InputStream stream, Origin origin) {
    return new FetchedAci(stream, origin, -1);
  }

  /**
   * The compressed bytes; may be asked for once. Its failures to read are {@link FetchException}s,
   * which name the URL.
   */
  public InputStream stream() {
    if (taken) {
      throw new IllegalStateException("the bytes of " + origin.location() + " were taken already");
    }
    taken = true;
    return stream;
  }

  /** Where it comes from. */
  public Origin origin() {
    return origin;
  }

  /** The number of bytes, or -1 if nobody said. */
  public long size() {
    return size;
  }

  @Override
  public void close() {
    try {
      stream.close();
    } catch (IOException e) {
      throw new FetchException("cannot close \"" + origin.location() + "\"", e);
    }
  }
}
