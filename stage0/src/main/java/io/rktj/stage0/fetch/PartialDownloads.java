// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.linux.DirectoryLock;
import io.rktj.linux.Kernel;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/** The downloads that broke off and wait in a directory to be resumed. */
public final class PartialDownloads {
  private PartialDownloads() {}

  /** Whether an entry of the directory, by its name, is one; nobody else may touch it. */
  public static boolean owns(String name) {
    return name.startsWith(PartialDownload.NAME);
  }

  /**
   * Removes those that nobody has touched since {@code limit}; one that goes on is left alone.
   *
   * @return how many were removed
   */
  public static int removeOlder(Path downloads, Instant limit, Kernel kernel) {
    int removed = 0;
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(downloads, PartialDownload.NAME + "*")) {
      for (Path directory : entries) {
        if (Files.isDirectory(directory) && isOlder(directory, limit)) {
          removed += remove(directory, kernel);
        }
      }
    } catch (NoSuchFileException e) {
      // Nothing was ever downloaded, or another clean-up was faster.
      return removed;
    } catch (IOException e) {
      throw new FetchException("cannot remove old downloads from \"" + downloads + "\"", e);
    }
    return removed;
  }

  private static int remove(Path directory, Kernel kernel) throws IOException {
    Optional<DirectoryLock> lock = DirectoryLock.tryExclusive(kernel, directory.toString());
    if (lock.isEmpty()) {
      return 0;
    }
    try {
      Files.deleteIfExists(directory.resolve("data"));
      Files.deleteIfExists(directory.resolve("validator"));
      return Files.deleteIfExists(directory) ? 1 : 0;
    } finally {
      lock.get().close();
    }
  }

  private static boolean isOlder(Path directory, Instant limit) throws IOException {
    Path data = directory.resolve("data");
    Path witness = Files.exists(data) ? data : directory;
    return Files.getLastModifiedTime(witness).toInstant().isBefore(limit);
  }
}
