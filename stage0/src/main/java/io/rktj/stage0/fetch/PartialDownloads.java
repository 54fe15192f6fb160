// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.linux.DirectoryLock;
import io.rktj.linux.Kernel;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
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
  public static int removeOlder(Path downloads, Instant limit, Kernel kernel) throws IOException {
    int removed = 0;
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(downloads, PartialDownload.NAME + "*")) {
      for (Path directory : entries) {
        if (Files.isDirectory(directory) && isOlder(directory, limit)) {
          Optional<DirectoryLock> lock = DirectoryLock.tryExclusive(kernel, directory.toString());
          if (lock.isPresent()) {
            try (DirectoryLock held = lock.get()) {
              Files.deleteIfExists(directory.resolve("data"));
              Files.deleteIfExists(directory.resolve("validator"));
              removed += Files.deleteIfExists(directory) && held.isExclusive() ? 1 : 0;
            }
          }
        }
      }
    }
    return removed;
  }

  private static boolean isOlder(Path directory, Instant limit) throws IOException {
    Path data = directory.resolve("data");
    Path witness = Files.exists(data) ? data : directory;
    return Files.getLastModifiedTime(witness).toInstant().isBefore(limit);
  }
}
