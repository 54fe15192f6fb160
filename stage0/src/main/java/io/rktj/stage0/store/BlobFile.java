// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A new file that takes an image's tar. Stops before the file system is full, so that a large image
 * cannot take the last byte from everybody else.
 */
final class BlobFile extends OutputStream {
  private static final long FREE_FLOOR = 16L << 20;
  private static final long CHECK_EVERY = 8L << 20;

  private final Kernel kernel;
  private final String path;
  private final Fd file;
  private long untilCheck;

  BlobFile(Kernel kernel, String path) throws ErrnoException {
    this.kernel = kernel;
    this.path = path;
    int flags = Open.O_WRONLY | Open.O_CREAT | Open.O_EXCL | Open.O_NOFOLLOW;
    this.file = kernel.open(path, flags, StoreFiles.FILE_MODE);
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    untilCheck -= length;
    if (untilCheck < 0) {
      untilCheck = CHECK_EVERY;
      if (kernel.freeBytes(file.number()) < FREE_FLOOR) {
        throw new IOException(
            "no space left for \"" + path + "\": less than " + (FREE_FLOOR >> 20) + " MiB free");
      }
    }
    kernel.writeFully(file.number(), bytes, offset, length);
  }

  void sync() throws ErrnoException {
    kernel.fsync(file.number());
  }

  @Override
  public void close() {
    file.close();
  }
}
