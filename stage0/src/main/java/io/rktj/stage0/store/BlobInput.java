// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Reads a stored tar. */
final class BlobInput extends InputStream {
  private static final int BUFFER = 256 * 1024;

  private final Kernel kernel;
  private final Fd file;

  private BlobInput(Kernel kernel, Fd file) {
    this.kernel = kernel;
    this.file = file;
  }

  static InputStream open(Kernel kernel, String path) {
    try {
      return new BlobInput(kernel, kernel.open(path, Open.O_RDONLY | Open.O_NOFOLLOW, 0));
    } catch (ErrnoException e) {
      throw new StoreException("cannot open image \"" + path + "\"", e);
    }
  }

  /** The SHA-512 of everything that comes, as hexadecimal digits; closes the stream. */
  static String hash(InputStream stream) {
    try {
      return copy(stream, OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new StoreException("cannot read an image", e);
    }
  }

  /** Copies everything that comes and hashes it; closes the stream. */
  static String copy(InputStream stream, OutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER];
    try (stream) {
      MessageDigest digest = MessageDigest.getInstance("SHA-512");
      int count = stream.read(buffer, 0, buffer.length);
      while (count >= 0) {
        digest.update(buffer, 0, count);
        out.write(buffer, 0, count);
        count = stream.read(buffer, 0, buffer.length);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JVM has it
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
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
