// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import java.util.Arrays;
import java.util.List;

/**
 * Where the stored pieces of a file with holes belong: ascending, not overlapping, within the file,
 * whole blocks but for the last.
 */
final class SparseMap {
  private final ArchiveLimits limits;
  private final Refusal refusal;
  private final RawName entry;
  private long[] offsets = new long[16];
  private long[] lengths = new long[16];
  private int count;
  private long stored;
  private long end;

  SparseMap(ArchiveLimits limits, Refusal refusal, RawName entry) {
    this.limits = limits;
    this.refusal = refusal;
    this.entry = entry;
  }

  /** Adds the next piece. */
  void add(long offset, long length) {
    if (offset < end || length < 0 || offset + length < offset) {
      throw refusal.because("sparse map goes backwards", entry);
    }
    if (length > 0 && stored % TarHeader.BLOCK != 0) {
      // GNU tar looks for the next piece at the next block, others right behind the last byte.
      throw refusal.because("sparse map has a piece before the last that fills no blocks", entry);
    }
    if (count == limits.sparseChunks()) {
      throw refusal.because("sparse map has more than " + count + " pieces", entry);
    }
    if (count == offsets.length) {
      offsets = Arrays.copyOf(offsets, count * 2);
      lengths = Arrays.copyOf(lengths, count * 2);
    }
    offsets[count] = offset;
    lengths[count] = length;
    count++;
    stored += length;
    end = offset + length;
  }

  /** Adds the pieces written as numbers by turns. */
  void addPairs(List<RawName> numbers) {
    if (numbers.size() % 2 != 0) {
      throw refusal.because("sparse map is damaged", entry);
    }
    for (int i = 0; i < numbers.size(); i += 2) {
      add(number(numbers.get(i)), number(numbers.get(i + 1)));
    }
  }

  /** Adds the pieces of a text such as {@code 0,512,4096,512}. */
  void addText(RawName text) {
    int start = 0;
    long offset = -1;
    for (int i = 0; i <= text.length(); i++) {
      if (i < text.length() && text.at(i) != ',') {
        continue;
      }
      long value = PaxRecords.decimal(text, start, i);
      start = i + 1;
      if (value < 0) {
        throw refusal.because("sparse map is not made of numbers", entry);
      }
      if (offset < 0) {
        offset = value;
      } else {
        add(offset, value);
        offset = -1;
      }
    }
    if (offset >= 0) {
      throw refusal.because("sparse map is damaged", entry);
    }
  }

  /**
   * The map must fit a file of {@code fileBytes} of which {@code storedBytes} are in the archive.
   */
  void checkFits(long fileBytes, long storedBytes) {
    if (end != fileBytes || stored != storedBytes) {
      throw refusal.because("sparse map does not fit the file", entry);
    }
  }

  int count() {
    return count;
  }

  long offset(int index) {
    return offsets[index];
  }

  long length(int index) {
    return lengths[index];
  }

  private long number(RawName text) {
    long value = PaxRecords.decimal(text, 0, text.length());
    if (value < 0) {
      throw refusal.because("sparse map is not made of numbers", entry);
    }
    return value;
  }
}
