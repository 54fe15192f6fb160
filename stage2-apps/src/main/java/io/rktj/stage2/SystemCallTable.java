// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Names and numbers of system calls, from the resource {@code syscalls.txt} (its head has the
 * source).
 */
final class SystemCallTable {
  private static final int COLUMNS = 4;

  private final Map<String, int[]> rows = new HashMap<>();

  private SystemCallTable() {}

  /** The table of this program. */
  static SystemCallTable load() {
    SystemCallTable table = new SystemCallTable();
    try (InputStream in = SystemCallTable.class.getResourceAsStream("syscalls.txt")) {
      if (in == null) {
        throw new AssertionError("syscalls.txt is not among the classes");
      }
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("#")) {
          table.add(line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return table;
  }

  private void add(String line) {
    int[] numbers = new int[COLUMNS];
    int from = line.indexOf(' ');
    String name = line.substring(0, from);
    for (int column = 1; column < COLUMNS; column++) {
      int to = line.indexOf(' ', from + 1);
      String cell = line.substring(from + 1, to < 0 ? line.length() : to);
      numbers[column] = cell.equals("-") ? -1 : Integer.parseInt(cell);
      from = to;
    }
    rows.put(name, numbers);
  }

  /** The number of a call, or -1 where there is no such call. */
  int number(String name, SystemCallAbi abi) {
    int[] numbers = rows.get(name);
    return numbers == null ? -1 : numbers[abi.column()];
  }

  /** Whether any architecture has such a call. */
  boolean knows(String name) {
    return rows.containsKey(name);
  }
}
