// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Files of this machine that together are like a distribution's image: programs, libraries, and
 * many small texts. The same files on every run, in the order of their names, of each place at most
 * its share.
 */
final class HostFiles {
  private static final long LARGEST = 8_000_000;

  /** A place below {@code /usr} and its share of the bytes, in hundredths. */
  private record Share(String place, int percent) {}

  private static final List<Share> SHARES =
      List.of(
          new Share("bin", 20),
          new Share("share/perl", 7),
          new Share("share/zoneinfo", 3),
          new Share("share/doc", 4),
          new Share("share/man", 2),
          new Share("share/locale", 15),
          new Share("lib/python3", 15),
          new Share("lib", 100));

  private final long wanted;
  private final List<String> names = new ArrayList<>();
  private long bytes;

  private HostFiles(long wanted) {
    this.wanted = wanted;
  }

  /** As many as fit into {@code wanted} bytes. */
  static HostFiles choose(long wanted) throws IOException {
    HostFiles chosen = new HostFiles(wanted);
    Path usr = Path.of("/usr");
    for (Share share : SHARES) {
      Path place = usr.resolve(share.place);
      long limit = Math.min(wanted, chosen.bytes + wanted * share.percent / 100);
      if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
        chosen.addBelow(share.place.equals("lib") ? libraries(place) : place, limit);
      }
    }
    return chosen;
  }

  /** The place of the machine's shared libraries: what is beside it may be compilers and JVMs. */
  private static Path libraries(Path lib) throws IOException {
    try (Stream<Path> found = Files.list(lib)) {
      return found
          .filter(path -> path.getFileName().toString().endsWith("-linux-gnu"))
          .sorted()
          .findFirst()
          .orElse(lib);
    }
  }

  private void addBelow(Path place, long limit) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        place,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes facts) {
            if (facts.isRegularFile() && facts.size() <= LARGEST) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
          }
        });
    files.sort(null);
    for (Path file : files) {
      long size = Files.size(file);
      if (bytes + size <= limit) {
        bytes += size;
        names.add(file.toString().substring(1));
      }
    }
  }

  /** Whether there were enough of them to stand for an image. */
  boolean isEnough() {
    return bytes >= wanted * 9 / 10;
  }

  int count() {
    return names.size();
  }

  /** Copies them, everything about them included, to {@code rootfs}, which is made. */
  void copyTo(Path rootfs) throws IOException, InterruptedException {
    Files.createDirectories(rootfs);
    Path list = rootfs.resolveSibling("files");
    Files.writeString(list, String.join("\0", names), StandardCharsets.UTF_8);
    String script = "tar -C / --null -T \"$0\" -c | tar -C \"$1\" -x";
    Process copy =
        new ProcessBuilder("bash", "-o", "pipefail", "-c", script, list.toString(), rootfs + "")
            .inheritIO()
            .start();
    if (copy.waitFor() != 0) {
      throw new IOException("cannot copy files of this machine to " + rootfs);
    }
    Files.delete(list);
  }
}
