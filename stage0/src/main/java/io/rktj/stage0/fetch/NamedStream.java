// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import java.io.IOException;
import java.io.InputStream;

/**
 * Reads another stream under a name and a limit: a failure to read becomes a {@link FetchException}
 * that says whence and after how many bytes, a body beyond the limit too.
 */
final class NamedStream extends InputStream {
  private final InputStream source;
  private final String name;
  private final long limit;
  private final Watch watch;
  private long count;

  NamedStream(InputStream source, String name, long limit, Watch watch) {
    this.source = source;
    this.name = name;
    this.limit = limit;
    this.watch = watch;
  }

  /** Hears of what passes by; this one does nothing about it. */
  static class Watch {
    /** Bytes have been read. */
    void passed(byte[] buffer, int offset, int length) throws IOException {}

    /** The source is at its end. */
    void ended() throws IOException {}

    /** The source has failed. */
    void failed() {}

    /** The reader is done, at the end or before. */
    void closed() throws IOException {}
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) {
    try {
      int got = source.read(buffer, offset, length);
      if (got < 0) {
        watch.ended();
        return -1;
      }
      count += got;
      if (count > limit) {
        throw new FetchException("\"" + name + "\" is larger than " + limit + " bytes");
      }
      watch.passed(buffer, offset, got);
      return got;
    } catch (IOException e) {
      watch.failed();
      throw new FetchException("cannot fetch \"" + name + "\" after " + count + " bytes", e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      source.close();
    } finally {
      watch.closed();
    }
  }
}
