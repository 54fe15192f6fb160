// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/** Images, signatures and keys that are files of this machine; only regular files are opened. */
public final class LocalFiles {
  private LocalFiles() {}

  /** An image. Its bytes are read through one descriptor, so a change of name does not matter. */
  public static FetchedAci open(Path file) {
    Path absolute = file.toAbsolutePath();
    LocalStream stream = openRegular(absolute, "error opening ACI file");
    Origin origin =
        new Origin(Origin.Kind.FILE, absolute.toString(), Optional.empty(), Optional.empty());
    InputStream named = new NamedStream(stream, absolute.toString(), ByteLimits.IMAGE);
    return new FetchedAci(named, origin, stream.size());
  }

  /** A signature file of at most 1 MiB. */
  public static byte[] readSignature(Path file) {
    return read(file, "error opening signature file", ByteLimits.SIGNATURE);
  }

  /** A public key file of at most 1 MiB. */
  public static byte[] readKey(Path file) {
    return read(file, "error opening key file", ByteLimits.KEY);
  }

  private static byte[] read(Path file, String failure, long limit) {
    try (InputStream stream = openRegular(file, failure)) {
      byte[] bytes = stream.readNBytes((int) limit + 1);
      if (bytes.length > limit) {
        throw new FetchException(
            failure + ": " + quoted(file) + " is larger than " + limit + " bytes");
      }
      return bytes;
    } catch (IOException e) {
      throw new FetchException("cannot read " + quoted(file), e);
    }
  }

  private static LocalStream openRegular(Path file, String failure) {
    try {
      Optional<LocalStream> stream = LocalStream.open(Kernel.host(), file.toString());
      return stream.orElseThrow(
          () -> new FetchException(failure + ": " + quoted(file) + " is not a regular file"));
    } catch (ErrnoException e) {
      throw new FetchException(failure + ": open " + file + ": " + Errno.describe(e.errno()));
    }
  }

  private static String quoted(Path file) {
    return "\"" + file + "\"";
  }
}
