// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.linux.SmallFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Ids that the host has given away itself: to users and groups ({@code passwd(5)}, {@code
 * group(5)}), and in ranges to those who may make user name spaces ({@code subuid(5)}, {@code
 * subgid(5)}).
 */
public final class HostIds {
  private static final int LARGEST = 16 << 20;

  private final List<long[]> taken = new ArrayList<>();

  private HostIds() {}

  /** Those that the files in {@code etc} name; a file that is missing names none. */
  public static HostIds read(Kernel kernel, Path etc) {
    HostIds ids = new HostIds();
    ids.file(kernel, etc.resolve("passwd"), 2, -1);
    ids.file(kernel, etc.resolve("group"), 2, -1);
    ids.file(kernel, etc.resolve("subuid"), 1, 2);
    ids.file(kernel, etc.resolve("subgid"), 1, 2);
    return ids;
  }

  /** Whether one of them is in {@code range}. */
  boolean overlap(IdRange range) {
    for (long[] other : taken) {
      if (other[0] < (long) range.first() + range.count() && range.first() < other[0] + other[1]) {
        return true;
      }
    }
    return false;
  }

  private void file(Kernel kernel, Path file, int firstField, int countField) {
    String text;
    try {
      text = new String(SmallFiles.read(kernel, file.toString(), LARGEST), ISO_8859_1);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return;
      }
      throw new HostException("cannot read \"" + file + "\"", e);
    }
    text.lines().forEach(line -> line(line.split(":", -1), firstField, countField));
  }

  /** A line that is none of the file's kind names nobody. */
  private void line(String[] fields, int firstField, int countField) {
    if (fields.length <= Math.max(firstField, countField)) {
      return;
    }
    try {
      long first = Long.parseLong(fields[firstField]);
      long count = countField < 0 ? 1 : Long.parseLong(fields[countField]);
      taken.add(new long[] {first, count});
    } catch (NumberFormatException e) {
      return;
    }
  }
}
