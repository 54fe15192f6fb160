// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/** Images, signatures and keys that are files of this machine; only regular files are opened. */
public final class LocalFiles {
  private LocalFiles() {}

  /** An image. Its bytes are read through one descriptor, so a change of name does not matter. */
  public static FetchedAci open(Path file) {
    Path absolute = file.toAbsolutePath();
    InputStream stream = openRegular(absolute, "error opening ACI file");
    try {
      long size = Files.size(absolute);
      Origin origin =
          new Origin(Origin.Kind.FILE, absolute.toString(), Optional.empty(), Optional.empty());
      InputStream named = new NamedStream(stream, absolute.toString(), ByteLimits.IMAGE);
      return new FetchedAci(named, origin, size);
    } catch (IOException e) {
      throw new FetchException("cannot read " + quoted(absolute), e);
    }
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

  private static InputStream openRegular(Path file, String failure) {
    try {
      // A named pipe or a device would block or act when opened.
      if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
        throw new FetchException(failure + ": " + quoted(file) + " is not a regular file");
      }
      return Files.newInputStream(file);
    } catch (NoSuchFileException e) {
      throw new FetchException(failure + ": open " + file + ": no such file or directory");
    } catch (AccessDeniedException e) {
      throw new FetchException(failure + ": open " + file + ": permission denied");
    } catch (IOException e) {
      throw new FetchException(failure + ": open " + file, e);
    }
  }

  private static String quoted(Path file) {
    return "\"" + file + "\"";
  }
}
