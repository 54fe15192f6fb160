// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.linux.DirectoryLock;
import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.stage0.Diagnostics;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What we have of one URL's body so far, locked against other downloads of the same URL. Written by
 * downloads only:
 *
 * <pre>
 * cas/tmp/download-HEX/            HEX = first 64 digits of the URL's SHA-512; the lock is on it
 * cas/tmp/download-HEX/validator   the ETag or Last-Modified of the body, one line
 * cas/tmp/download-HEX/data        its first bytes
 * </pre>
 *
 * <p>The validator is written before the data, and neither is believed without the other. The
 * directory exists only while a download goes on or when one broke off.
 */
final class PartialDownload implements AutoCloseable {
  static final String NAME = "download-";

  private final Path directory;
  private final DirectoryLock lock;

  private PartialDownload(Path directory, DirectoryLock lock) {
    this.directory = directory;
    this.lock = lock;
  }

  /** Waits until nobody else downloads {@code url}, and tells so. */
  static PartialDownload lock(Path downloads, String url, Kernel kernel, Diagnostics diagnostics)
      throws IOException {
    Path directory = downloads.resolve(NAME + hash(url));
    boolean told = false;
    while (true) {
      create(directory);
      try {
        Optional<DirectoryLock> lock = attempt(kernel, directory);
        if (lock.isEmpty() && !told) {
          told = true;
          diagnostics.warn("image", "another rkt instance is downloading this file, waiting...");
        }
        DirectoryLock held = lock.isPresent() ? lock.get() : waitFor(kernel, directory);
        // Its last holder may have removed the directory that we were waiting for.
        if (isSame(kernel, held, directory)) {
          return new PartialDownload(directory, held);
        }
        held.close();
      } catch (ErrnoException e) {
        if (e.errno() != Errno.ENOENT) { // else it was removed between two steps of ours
          throw e;
        }
      }
    }
  }

  private static void create(Path directory) throws IOException {
    try {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException e) {
      // Another download of the URL goes on, or broke off: the lock tells.
      if (!Files.isDirectory(directory)) {
        throw e;
      }
    }
  }

  private static Optional<DirectoryLock> attempt(Kernel kernel, Path directory)
      throws ErrnoException {
    return DirectoryLock.tryExclusive(kernel, directory.toString());
  }

  private static DirectoryLock waitFor(Kernel kernel, Path directory) throws ErrnoException {
    return DirectoryLock.exclusive(kernel, directory.toString());
  }

  private static boolean isSame(Kernel kernel, DirectoryLock lock, Path directory)
      throws ErrnoException {
    byte[] path = directory.toString().getBytes(StandardCharsets.UTF_8);
    boolean known = false;
    try {
      boolean same = kernel.stat(lock.number()).isSameFile(kernel.statAt(Fd.AT_FDCWD, path));
      known = true;
      return same;
    } finally {
      if (!known) {
        lock.close();
      }
    }
  }

  /** How many bytes can be resumed, 0 for none. */
  long size() throws IOException {
    try {
      return validator().isEmpty() ? 0 : Files.size(data());
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  /** What tells whether the server's body is still the one we have bytes of. */
  Optional<String> validator() throws IOException {
    try {
      String text = Files.readString(directory.resolve("validator")).strip();
      return text.isEmpty() ? Optional.empty() : Optional.of(text);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  InputStream read() throws IOException {
    return Files.newInputStream(data());
  }

  /** Begins anew; nothing is kept if there is no validator. */
  OutputStream start(Optional<String> validator) throws IOException {
    discard();
    if (validator.isEmpty()) {
      return OutputStream.nullOutputStream();
    }
    Files.writeString(directory.resolve("validator"), validator.get() + "\n");
    return Files.newOutputStream(data());
  }

  /** Continues behind the bytes that are there. */
  OutputStream append() throws IOException {
    return Files.newOutputStream(data(), StandardOpenOption.APPEND);
  }

  /** Forgets the bytes. */
  void discard() throws IOException {
    Files.deleteIfExists(data());
    Files.deleteIfExists(directory.resolve("validator"));
  }

  /** Ends the lock; the directory stays only if it holds bytes to resume. */
  @Override
  public void close() throws IOException {
    try {
      if (size() == 0) {
        discard();
        Files.deleteIfExists(directory);
      }
    } finally {
      lock.close();
    }
  }

  private Path data() {
    return directory.resolve("data");
  }

  private static String hash(String url) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-512").digest(url.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 32);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
