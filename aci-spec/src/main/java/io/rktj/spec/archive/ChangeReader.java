// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.rktj.spec.MalformedException;
import io.rktj.spec.archive.AciEntry.Attributes;
import io.rktj.spec.archive.AciEntry.Device;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads what an app of a virtual machine has written to its root, as the machine has told it when
 * it ended ({@code changes.c} writes it and describes the format). The machine may say anything, so
 * nothing is believed: names are clean, numbers within {@link ArchiveLimits}, and the end is where
 * it says that it is.
 */
final class ChangeReader implements Closeable {
  private static final byte[] MAGIC = "rktjchg1".getBytes(US_ASCII);
  private static final int HEADER = 56;
  private static final int PIECE = 12;
  private static final int BUFFER = 64 * 1024;
  private static final ArchiveLimits LIMITS = ArchiveLimits.ofDefaults();

  private final Path file;
  private final InputStream in;
  private long entries;
  private long nameBytes;
  private long totalBytes;
  private Optional<Content> content = Optional.empty();

  /**
   * One change.
   *
   * @param entry what is there now; what was removed is an empty file here
   * @param removed whether what was there is there no more
   * @param opaque whether this directory hides what was below it
   */
  record Change(AciEntry entry, boolean removed, boolean opaque) {
    boolean isDirectory() {
      return !removed && entry.type() == EntryType.DIRECTORY;
    }
  }

  ChangeReader(Path file) throws IOException {
    this.file = file;
    in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
      throw refuse("it begins otherwise");
    }
  }

  /** The next change, or nothing at the end. */
  Optional<Change> next() throws IOException {
    if (content.isPresent()) {
      content.get().finish();
    }
    ByteBuffer header = read(HEADER);
    char kind = (char) header.getInt();
    int mode = header.getInt();
    int uid = header.getInt();
    int gid = header.getInt();
    boolean opaque = header.getInt() != 0;
    Device device = new Device(header.getInt(), header.getInt());
    int nanos = header.getInt();
    int nameSize = header.getInt();
    int linkSize = header.getInt();
    long size = header.getLong();
    Attributes attributes =
        new Attributes(mode & 07777, uid, gid, header.getLong(), nanos, List.of());
    RawName name = name(nameSize, LIMITS.nameBytes());
    RawName link = name(linkSize, LIMITS.linkBytes());
    if (kind == 'E') {
      if (in.read() >= 0) {
        throw refuse("something comes after its end");
      }
      return Optional.empty();
    }
    require(name);
    if (mode != (mode & 07777) || nanos < 0 || nanos > 999_999_999) {
      throw refuse("impossible attributes of \"" + name + "\"");
    }
    if (size < 0 || size > LIMITS.totalBytes() - totalBytes) {
      throw refuse("\"" + name + "\" is too large");
    }
    totalBytes += size;
    content = kind == 'F' ? Optional.of(new Content(size)) : Optional.empty();
    return Optional.of(
        new Change(
            new AciEntry(
                name,
                type(kind, name),
                attributes,
                kind == 'L' || kind == 'H' ? link : RawName.EMPTY,
                kind == 'C' ? device : Device.NONE,
                kind == 'F' ? size : 0),
            kind == 'W',
            opaque && kind == 'D'));
  }

  /** The content of the change that was read last, holes included. */
  InputStream content() {
    return content.isPresent() ? content.get() : InputStream.nullInputStream();
  }

  private EntryType type(char kind, RawName name) {
    return switch (kind) {
      case 'F', 'W' -> EntryType.REGULAR;
      case 'D' -> EntryType.DIRECTORY;
      case 'L' -> EntryType.SYMLINK;
      case 'H' -> EntryType.HARD_LINK;
      case 'C' -> EntryType.CHARACTER_DEVICE;
      case 'P' -> EntryType.FIFO;
      case 'B' -> throw refuse("block devices are not allowed: \"" + name + "\"");
      default -> throw refuse("\"" + name + "\" is of no known kind");
    };
  }

  private void require(RawName name) {
    NameCleaner cleaner = new NameCleaner(name);
    String broken = cleaner.clean(LIMITS.depth());
    if (!broken.isEmpty() || !cleaner.name().equals(name)) {
      throw refuse(broken.isEmpty() ? "name \"" + name + "\" is not clean" : broken);
    }
    entries++;
    nameBytes += name.length();
    if (entries > LIMITS.entries() || nameBytes > LIMITS.nameTableBytes()) {
      throw refuse("there are too many files");
    }
  }

  private RawName name(int size, int most) throws IOException {
    if (size < 0 || size > most) {
      throw refuse("a name is too long");
    }
    return RawName.adopting(read(size).array());
  }

  private ByteBuffer read(int size) throws IOException {
    byte[] bytes = in.readNBytes(size);
    if (bytes.length < size) {
      throw refuse("it ends too early");
    }
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private MalformedException refuse(String reason) {
    return new MalformedException(
        "cannot read what a machine has left, \"" + file + "\": " + reason);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** The content of a file: pieces in their order, nothing but zeroes between them. */
  private final class Content extends InputStream {
    private final long size;
    private long at;
    private long pieceAt;
    private int pieceLeft;
    private boolean ended;

    Content(long size) {
      this.size = size;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (!ended && pieceLeft == 0) {
        nextPiece();
      }
      if (at == size) {
        return -1;
      }
      if (at < pieceAt) {
        int zeroes = (int) Math.min(length, pieceAt - at);
        Arrays.fill(bytes, offset, offset + zeroes, (byte) 0);
        at += zeroes;
        return zeroes;
      }
      int n = in.read(bytes, offset, Math.min(length, pieceLeft));
      if (n < 0) {
        throw new EOFException();
      }
      at += n;
      pieceLeft -= n;
      return n;
    }

    private void nextPiece() throws IOException {
      ByteBuffer piece = ChangeReader.this.read(PIECE);
      pieceAt = piece.getLong();
      pieceLeft = piece.getInt();
      ended = pieceLeft == 0;
      if (pieceAt < at
          || pieceLeft < 0
          || pieceAt > size - pieceLeft
          || (ended && pieceAt != size)) {
        throw refuse("content is out of place");
      }
    }

    /** Passes over what has not been read. */
    void finish() throws IOException {
      while (!ended || pieceLeft > 0) {
        in.skipNBytes(pieceLeft);
        at = pieceAt + pieceLeft;
        pieceLeft = 0;
        nextPiece();
      }
      at = size;
    }
  }
}
