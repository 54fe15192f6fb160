// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import io.rktj.spec.archive.AciEntry.Device;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads a tar: POSIX ustar and pax, GNU long names and files with holes. Names are bytes. Wherever
 * known readers differ on what an archive holds, the archive is refused: check sums of every header
 * count, an extended header belongs to the one file after it, its size wins, only regular files
 * have content, and nothing but zeros follows the end (see {@code
 * docs/adr/0010-own-tar-reader.md}).
 */
final class TarReader {
  private final InputStream in;
  private final ArchiveLimits limits;
  private final Refusal refusal;
  private final Expansion expansion;
  private final byte[] block = new byte[TarHeader.BLOCK];
  private final byte[] scratch = new byte[64 * 1024];
  private final TarContent content;
  private final InputStream counted = new Counted();
  private RawName current = RawName.EMPTY;
  private long headers;
  private boolean ended;

  TarReader(InputStream in, ArchiveLimits limits, Refusal refusal, Expansion expansion) {
    this.in = in;
    this.limits = limits;
    this.refusal = refusal;
    this.expansion = expansion;
    this.content = new TarContent(in, refusal);
  }

  /** One file of the archive, its headers put together. */
  record TarEntry(
      RawName name,
      RawName link,
      EntryType type,
      int mode,
      int uid,
      int gid,
      long mtimeSeconds,
      int mtimeNanos,
      Device device,
      long size,
      List<ExtendedAttribute> xattrs) {}

  /** The next file; none at the end, which has then been checked. */
  Optional<TarEntry> next() throws IOException {
    if (ended) {
      return Optional.empty();
    }
    skipContent();
    TarExtensions extensions = new TarExtensions(refusal);
    while (readBlock()) {
      TarHeader header = TarHeader.of(block, refusal);
      countHeader(header);
      switch (header.type()) {
        case 'x' -> extensions.add(parsePax(header), header.name());
        case 'g' -> refuseMeaning(parsePax(header), header.name());
        case 'L' -> extensions.addName(longName(header), header.name());
        case 'K' -> extensions.addLink(longName(header), header.name());
        default -> {
          return Optional.of(open(header, extensions));
        }
      }
    }
    if (!extensions.isEmpty()) {
      throw refusal.because("archive ends after an extended header", current);
    }
    readTrailer();
    ended = true;
    return Optional.empty();
  }

  /** The content of the entry that {@link #next} has just answered, until it is called again. */
  InputStream content() {
    return counted;
  }

  /** What nobody wanted to read counts, too. */
  private void skipContent() throws IOException {
    long count = content.skip(scratch);
    while (count >= 0) {
      expansion.add(count, current);
      count = content.skip(scratch);
    }
    content.skipPadding();
  }

  private void countHeader(TarHeader header) {
    headers++;
    if (headers > limits.entries()) {
      throw refusal.because(
          "archive has more than " + limits.entries() + " entries", header.name());
    }
  }

  private TarEntry open(TarHeader header, TarExtensions extensions) throws IOException {
    PaxRecords pax = extensions.pax();
    RawName name = extensions.name(header);
    RawName link = extensions.link(header);
    current = name;
    requireLength(name, limits.nameBytes(), "name");
    requireLength(link, limits.linkBytes(), "link target");
    EntryType type = type(header, name);
    long stored = pax.number("size", header.size(), name, refusal);
    if (type != EntryType.REGULAR && stored != 0) {
      throw refusal.because("entry has content but is not a regular file", name);
    }
    long size = openContent(header, pax, stored);
    expansion.announce(size, name);
    PaxTime time = PaxTime.of(header, pax, name, refusal);
    return new TarEntry(
        name,
        type == EntryType.HARD_LINK || type == EntryType.SYMLINK ? link : RawName.EMPTY,
        type,
        header.mode(),
        identity(pax.number("uid", header.uid(), name, refusal), "user id"),
        identity(pax.number("gid", header.gid(), name, refusal), "group id"),
        time.seconds(),
        time.nanos(),
        type == EntryType.CHARACTER_DEVICE ? device(header) : Device.NONE,
        size,
        pax.xattrs());
  }

  private EntryType type(TarHeader header, RawName name) {
    EntryType type =
        switch (header.type()) {
          case '0', 0, '7', 'S' -> EntryType.REGULAR;
          case '1' -> EntryType.HARD_LINK;
          case '2' -> EntryType.SYMLINK;
          case '3' -> EntryType.CHARACTER_DEVICE;
          case '4' -> throw refusal.because("block devices are not allowed", name);
          case '5' -> EntryType.DIRECTORY;
          case '6' -> EntryType.FIFO;
          default -> throw refusal.because("unsupported type of entry", name);
        };
    // Some readers take such a file for a directory.
    boolean slash = !name.isEmpty() && name.at(name.length() - 1) == '/';
    if (slash && type != EntryType.DIRECTORY) {
      throw refusal.because("name of a file ends with a slash", name);
    }
    return type;
  }

  /** Makes the content readable; the answer is its length with holes. */
  private long openContent(TarHeader header, PaxRecords pax, long stored) throws IOException {
    SparseReader sparse = new SparseReader(limits, refusal, current);
    boolean isGnu = header.type() == 'S';
    boolean isPax = SparseReader.isSparse(pax);
    if (isGnu && (isPax || pax.has("size"))) {
      throw refusal.because("file has two sparse maps", current);
    }
    if (isPax && header.type() != '0' && header.type() != 0) {
      throw refusal.because("sparse map of what is not a regular file", current);
    }
    SparseMap map = isGnu ? sparse.readGnu(header, in) : null;
    content.open(stored);
    if (isPax) {
      map = sparse.hasMapInContent(pax) ? sparse.readFromContent(content) : sparse.readPax(pax);
    }
    if (map == null) {
      return stored;
    }
    long size = isGnu ? sparse.gnuFileBytes(header) : sparse.paxFileBytes(pax);
    map.checkFits(size, content.left());
    content.spread(map, size);
    return size;
  }

  private PaxRecords parsePax(TarHeader header) throws IOException {
    return PaxRecords.parse(readExtension(header), header.name(), limits, refusal);
  }

  private void refuseMeaning(PaxRecords global, RawName name) {
    if (global.hasMeaning()) {
      throw refusal.because("global extended header changes the entries after it", name);
    }
  }

  /** A GNU long name: bytes, then at least one NUL. */
  private RawName longName(TarHeader header) throws IOException {
    byte[] bytes = readExtension(header);
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    for (int i = length; i < bytes.length; i++) {
      if (bytes[i] != 0) {
        throw refusal.because("long name holds a NUL byte", header.name());
      }
    }
    if (length == 0) {
      throw refusal.because("long name is empty", header.name());
    }
    return RawName.adopting(Arrays.copyOf(bytes, length));
  }

  private byte[] readExtension(TarHeader header) throws IOException {
    long size = header.size();
    if (size > limits.headerBytes()) {
      throw refusal.because(
          "extended header is longer than " + limits.headerBytes() + " bytes", header.name());
    }
    content.open(size);
    byte[] bytes = new byte[(int) size];
    content.readFully(bytes);
    content.skipPadding();
    return bytes;
  }

  private void requireLength(RawName name, int most, String what) {
    if (name.length() > most) {
      throw refusal.because(what + " is longer than " + most + " bytes", RawName.of(head(name)));
    }
  }

  private static byte[] head(RawName name) {
    return Arrays.copyOf(name.bytes(), 64);
  }

  private int identity(long id, String what) {
    if (id < 0 || id >= 0xffffffffL) {
      throw refusal.because(what + " is out of range", current);
    }
    return (int) id;
  }

  private Device device(TarHeader header) {
    long major = header.deviceMajor();
    long minor = header.deviceMinor();
    if (major < 0 || major > Integer.MAX_VALUE || minor < 0 || minor > Integer.MAX_VALUE) {
      throw refusal.because("device number is out of range", current);
    }
    return new Device((int) major, (int) minor);
  }

  /** Reads one block; false if it is all zero, which is how the end begins. */
  private boolean readBlock() throws IOException {
    int count = in.readNBytes(block, 0, block.length);
    if (count < block.length) {
      throw refusal.because("archive is truncated", current);
    }
    return !isZero(block, count);
  }

  private void readTrailer() throws IOException {
    long length = 0;
    int count = in.readNBytes(scratch, 0, scratch.length);
    while (count > 0) {
      if (!isZero(scratch, count)) {
        throw refusal.because("foreign bytes follow the end of the archive", current);
      }
      length += count;
      count = in.readNBytes(scratch, 0, scratch.length);
    }
    if (length % TarHeader.BLOCK != 0) {
      throw refusal.because("archive is truncated", current);
    }
  }

  private static boolean isZero(byte[] bytes, int count) {
    for (int i = 0; i < count; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /** The content as others read it: what they read counts. */
  private final class Counted extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = content.read(bytes, offset, length);
      if (count > 0) {
        expansion.add(count, current);
      }
      return count;
    }
  }
}
