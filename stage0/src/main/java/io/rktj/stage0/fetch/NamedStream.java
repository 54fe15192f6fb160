// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import java.io.IOException;
import java.io.InputStream;

/**
 * Reads another stream under a name and a limit: a failure to read becomes a {@link FetchException}
 * that says whence and after how many bytes, and so does a body beyond the limit.
 */
final class NamedStream extends InputStream {
  private final InputStream source;
  private final String name;
  private final long limit;
  private long count;

  NamedStream(InputStream source, String name, long limit) {
    this.source = source;
    this.name = name;
    this.limit = limit;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) {
    int got;
    try {
      got = source.read(buffer, offset, length);
    } catch (IOException e) {
      throw new FetchException("cannot fetch \"" + name + "\" after " + count + " bytes", e);
    }
    if (got > 0) {
      count += got;
      if (count > limit) {
        throw new FetchException("\"" + name + "\" is larger than " + limit + " bytes");
      }
    }
    return got;
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
