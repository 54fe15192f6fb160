// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.rktj.spec.archive.AciEntry.Attributes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/** Writes POSIX tar headers and content, with an extended header where a field is too small. */
final class TarWriter {
  private static final int NAME_LENGTH = 100;
  private static final long MAX_ID = 07777777L;
  private static final long MAX_NUMBER = 077777777777L;
  private static final byte[] ROOT = {'r', 'o', 'o', 't'};

  private final OutputStream out;
  private final byte[] buffer = new byte[64 * 1024];

  TarWriter(OutputStream out) {
    this.out = out;
  }

  /** Writes an entry under the full name {@code name}. */
  void write(RawName name, RawName link, AciEntry entry, InputStream content) throws IOException {
    out.write(head(name, link, entry));
    if (entry.type() == EntryType.REGULAR) {
      copy(content, entry);
      out.write(padding(entry.size()));
    }
  }

  /** Everything of an entry but its content: its header, after an extended one if it needs one. */
  static byte[] head(RawName name, RawName link, AciEntry entry) {
    RawName full = entry.type() == EntryType.DIRECTORY ? withSlash(name) : name;
    PaxWriter pax = new PaxWriter();
    describe(pax, full, link, entry);
    byte[] header = header(full, link, entry);
    if (pax.isEmpty()) {
      return header;
    }
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    byte[] records = pax.bytes();
    head.writeBytes(extensionHeader(name, records.length));
    head.writeBytes(records);
    head.writeBytes(padding(records.length));
    head.writeBytes(header);
    return head.toByteArray();
  }

  /** What fills the last block of {@code length} bytes of content. */
  static byte[] padding(long length) {
    return new byte[(int) (-length & (TarHeader.BLOCK - 1))];
  }

  /** Two blocks of zeros. */
  void end() throws IOException {
    out.write(new byte[2 * TarHeader.BLOCK]);
  }

  private static void describe(PaxWriter pax, RawName name, RawName link, AciEntry entry) {
    Attributes attributes = entry.attributes();
    if (name.length() > NAME_LENGTH) {
      pax.add("path", name.bytes());
    }
    if (link.length() > NAME_LENGTH) {
      pax.add("linkpath", link.bytes());
    }
    if (entry.size() > MAX_NUMBER) {
      pax.add("size", entry.size());
    }
    if (Integer.toUnsignedLong(attributes.uid()) > MAX_ID) {
      pax.add("uid", Integer.toUnsignedLong(attributes.uid()));
    }
    if (Integer.toUnsignedLong(attributes.gid()) > MAX_ID) {
      pax.add("gid", Integer.toUnsignedLong(attributes.gid()));
    }
    if (attributes.mtimeNanos() != 0 || !fits(attributes.mtimeSeconds(), MAX_NUMBER)) {
      pax.addTime("mtime", attributes.mtimeSeconds(), attributes.mtimeNanos());
    }
    for (ExtendedAttribute attribute : attributes.xattrs()) {
      String key = new String(attribute.name().bytes(), ISO_8859_1);
      pax.add("SCHILY.xattr." + key, attribute.value().bytes());
    }
  }

  private static byte[] extensionHeader(RawName name, int length) {
    byte[] block = new byte[TarHeader.BLOCK];
    RawName shown = RawName.of("PaxHeaders").resolve(name);
    text(block, 0, Arrays.copyOf(shown.bytes(), Math.min(shown.length(), NAME_LENGTH)));
    octal(block, 100, 8, 0644);
    octal(block, 108, 8, 0);
    octal(block, 116, 8, 0);
    octal(block, 124, 12, length);
    octal(block, 136, 12, 0);
    block[156] = 'x';
    return finish(block);
  }

  private static byte[] header(RawName name, RawName link, AciEntry entry) {
    Attributes attributes = entry.attributes();
    byte[] block = new byte[TarHeader.BLOCK];
    text(block, 0, Arrays.copyOf(name.bytes(), Math.min(name.length(), NAME_LENGTH)));
    octal(block, 100, 8, attributes.mode());
    octal(block, 108, 8, orZero(Integer.toUnsignedLong(attributes.uid()), MAX_ID));
    octal(block, 116, 8, orZero(Integer.toUnsignedLong(attributes.gid()), MAX_ID));
    octal(block, 124, 12, orZero(entry.size(), MAX_NUMBER));
    octal(block, 136, 12, orZero(attributes.mtimeSeconds(), MAX_NUMBER));
    block[156] = (byte) flag(entry.type());
    text(block, 157, Arrays.copyOf(link.bytes(), Math.min(link.length(), NAME_LENGTH)));
    text(block, 265, attributes.uid() == 0 ? ROOT : new byte[0]);
    text(block, 297, attributes.gid() == 0 ? ROOT : new byte[0]);
    octal(block, 329, 8, entry.device().major());
    octal(block, 337, 8, entry.device().minor());
    return finish(block);
  }

  private static char flag(EntryType type) {
    return switch (type) {
      case REGULAR -> '0';
      case HARD_LINK -> '1';
      case SYMLINK -> '2';
      case CHARACTER_DEVICE -> '3';
      case DIRECTORY -> '5';
      case FIFO -> '6';
    };
  }

  private static byte[] finish(byte[] block) {
    text(block, 257, new byte[] {'u', 's', 't', 'a', 'r', 0, '0', '0'});
    Arrays.fill(block, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte value : block) {
      sum += value & 0xff;
    }
    octal(block, 148, 7, sum);
    return block;
  }

  private void copy(InputStream content, AciEntry entry) throws IOException {
    long left = entry.size();
    while (left > 0) {
      int count = content.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (count < 0) {
        throw new IOException("file \"" + entry.name() + "\" became shorter while it was read");
      }
      out.write(buffer, 0, count);
      left -= count;
    }
  }

  private static RawName withSlash(RawName name) {
    byte[] bytes = Arrays.copyOf(name.bytes(), name.length() + 1);
    bytes[name.length()] = '/';
    return RawName.adopting(bytes);
  }

  private static void text(byte[] block, int offset, byte[] text) {
    System.arraycopy(text, 0, block, offset, text.length);
  }

  /** Octal digits and a NUL. */
  private static void octal(byte[] block, int offset, int length, long value) {
    long rest = value;
    for (int i = offset + length - 2; i >= offset; i--) {
      block[i] = (byte) ('0' + (rest & 7));
      rest >>= 3;
    }
  }

  private static boolean fits(long value, long most) {
    return value >= 0 && value <= most;
  }

  private static long orZero(long value, long most) {
    return fits(value, most) ? value : 0;
  }
}
