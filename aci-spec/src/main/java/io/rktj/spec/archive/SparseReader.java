// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import java.io.IOException;
import java.io.InputStream;

/** Reads the four forms in which a tar may say where the holes of a file are (GNU tar's manual). */
final class SparseReader {
  private static final int GNU_MAP = 386;
  private static final int GNU_MAP_ENTRIES = 4;
  private static final int GNU_EXTENDED = 482;
  private static final int GNU_FILE_BYTES = 483;
  private static final int GNU_MORE_ENTRIES = 21;
  private static final int GNU_MORE_EXTENDED = 504;
  private static final int ENTRY = 24;

  private final ArchiveLimits limits;
  private final Refusal refusal;
  private final RawName entry;

  SparseReader(ArchiveLimits limits, Refusal refusal, RawName entry) {
    this.limits = limits;
    this.refusal = refusal;
    this.entry = entry;
  }

  /** Whether an extended header describes holes. */
  static boolean isSparse(PaxRecords pax) {
    return pax.has("GNU.sparse.major")
        || pax.has("GNU.sparse.map")
        || pax.has("GNU.sparse.size")
        || pax.has("GNU.sparse.realsize")
        || pax.has("GNU.sparse.numblocks")
        || !pax.sparsePairs().isEmpty();
  }

  /** Whether the map is the first part of the content (form 1.0). */
  boolean hasMapInContent(PaxRecords pax) {
    long major = pax.number("GNU.sparse.major", 0, entry, refusal);
    long minor = pax.number("GNU.sparse.minor", 0, entry, refusal);
    if (major > 1 || (major == 1 && minor != 0)) {
      throw refusal.because("sparse map of an unknown form", entry);
    }
    return major == 1;
  }

  /** The file's length with holes, of the forms with an extended header. */
  long paxFileBytes(PaxRecords pax) {
    long realSize = pax.number("GNU.sparse.realsize", -1, entry, refusal);
    long size = pax.number("GNU.sparse.size", -1, entry, refusal);
    if (Math.max(realSize, size) < 0 || (Math.min(realSize, size) >= 0 && realSize != size)) {
      throw refusal.because("length of a file with holes is missing or said twice", entry);
    }
    return Math.max(realSize, size);
  }

  /** Forms 0.0 and 0.1: the map is in the extended header. */
  SparseMap readPax(PaxRecords pax) {
    SparseMap map = new SparseMap(limits, refusal, entry);
    boolean asText = pax.has("GNU.sparse.map");
    if (asText && !pax.sparsePairs().isEmpty()) {
      throw refusal.because("file has two sparse maps", entry);
    }
    if (asText && !pax.value("GNU.sparse.map").isEmpty()) {
      map.addText(pax.value("GNU.sparse.map"));
    } else {
      map.addPairs(pax.sparsePairs());
    }
    if (pax.number("GNU.sparse.numblocks", map.count(), entry, refusal) != map.count()) {
      throw refusal.because("sparse map has another number of pieces than it says", entry);
    }
    return map;
  }

  /** Form 1.0: lines of numbers, the first of which counts the pieces, filled up to a block. */
  SparseMap readFromContent(TarContent content) throws IOException {
    SparseMap map = new SparseMap(limits, refusal, entry);
    NumberLines lines = new NumberLines(content);
    long pieces = lines.next();
    if (pieces > limits.sparseChunks()) {
      throw refusal.because("sparse map has more than " + limits.sparseChunks() + " pieces", entry);
    }
    for (long i = 0; i < pieces; i++) {
      long offset = lines.next();
      map.add(offset, lines.next());
    }
    return map;
  }

  /** The old GNU form: in the header, and in blocks that follow it. */
  SparseMap readGnu(TarHeader header, InputStream in) throws IOException {
    SparseMap map = new SparseMap(limits, refusal, entry);
    boolean more = addGnu(map, header, GNU_MAP, GNU_MAP_ENTRIES);
    boolean extended = header.at(GNU_EXTENDED) != 0;
    while (extended) {
      byte[] block = in.readNBytes(TarHeader.BLOCK);
      if (block.length < TarHeader.BLOCK) {
        throw refusal.because("archive is truncated", entry);
      }
      if (!more) {
        throw refusal.because("sparse map goes on after its end", entry);
      }
      TarHeader continued = TarHeader.ofMap(block, refusal);
      more = addGnu(map, continued, 0, GNU_MORE_ENTRIES);
      extended = continued.at(GNU_MORE_EXTENDED) != 0;
    }
    return map;
  }

  /** The file's length with holes, of the old GNU form. */
  long gnuFileBytes(TarHeader header) {
    return header.sparseNumber(GNU_FILE_BYTES);
  }

  /** Adds the pieces at {@code start}; whether all places were taken. */
  private boolean addGnu(SparseMap map, TarHeader header, int start, int entries) {
    boolean more = true;
    for (int i = 0; i < entries; i++) {
      int at = start + i * ENTRY;
      boolean used = header.at(at) != 0 && header.at(at + ENTRY / 2) != 0;
      if (used && !more) {
        throw refusal.because("sparse map goes on after its end", entry);
      }
      more = used;
      if (used) {
        map.add(header.sparseNumber(at), header.sparseNumber(at + ENTRY / 2));
      }
    }
    return more;
  }

  /** Decimal numbers, one a line, read block by block. */
  private final class NumberLines {
    private final TarContent content;
    private final byte[] block = new byte[TarHeader.BLOCK];
    private int position = TarHeader.BLOCK;

    NumberLines(TarContent content) {
      this.content = content;
    }

    long next() throws IOException {
      long value = 0;
      int digits = 0;
      while (true) {
        if (position == block.length) {
          content.readFully(block);
          position = 0;
        }
        int digit = block[position++] - '0';
        if (digit == '\n' - '0' && digits > 0) {
          return value;
        }
        if (digit < 0 || digit > 9 || ++digits > 18) {
          throw refusal.because("sparse map is not made of numbers", entry);
        }
        value = value * 10 + digit;
      }
    }
  }
}
