// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.FileStatus;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import java.io.InputStream;
import java.util.Optional;

/**
 * Reads a regular file of this machine; what it is was asked of the descriptor, not of the name.
 */
final class LocalStream extends InputStream {
  private final Kernel kernel;
  private final Fd file;
  private final long size;

  private LocalStream(Kernel kernel, Fd file, long size) {
    this.kernel = kernel;
    this.file = file;
    this.size = size;
  }

  /** Empty if there is something else at {@code path}, which then is not opened. */
  static Optional<LocalStream> open(Kernel kernel, String path) throws ErrnoException {
    // Looked at first: to open a device may act, and to open a named pipe waits.
    try (Fd place = kernel.open(path, Open.O_PATH, 0)) {
      FileStatus status = kernel.stat(place.number());
      if (!status.isRegular()) {
        return Optional.empty();
      }
      int flags = Open.O_RDONLY | Open.O_NONBLOCK | Open.O_NOCTTY;
      Fd file = kernel.open("/proc/self/fd/" + place.number(), flags, 0);
      return Optional.of(new LocalStream(kernel, file, status.size()));
    }
  }

  /** Bytes in the file when it was opened. */
  long size() {
    return size;
  }

  @Override
  public int read() throws ErrnoException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws ErrnoException {
    if (length == 0) {
      return 0;
    }
    int count = kernel.read(file.number(), bytes, offset, length);
    return count == 0 ? -1 : count;
  }

  @Override
  public void close() {
    file.close();
  }
}
