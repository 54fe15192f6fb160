// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Writes archives byte by byte, right ones and wrong ones; texts stand for their low bytes. */
final class RawTar {
  private static final String MANIFEST =
      "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\"example.com/app\"}";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** An image so far in order: a manifest and rootfs. */
  static RawTar image() {
    return new RawTar().file("manifest", MANIFEST).directory("rootfs/");
  }

  RawTar file(String name, String content) {
    return entry(new Header(name, '0').size(content.length()), content);
  }

  RawTar directory(String name) {
    return entry(new Header(name, '5'), "");
  }

  RawTar symlink(String name, String target) {
    return entry(new Header(name, '2').link(target), "");
  }

  RawTar hardLink(String name, String target) {
    return entry(new Header(name, '1').link(target), "");
  }

  RawTar device(char type, String name, int major, int minor) {
    return entry(new Header(name, type).device(major, minor), "");
  }

  /** An extended header with records of keys and values by turns. */
  RawTar pax(String... keysAndValues) {
    return extension('x', records(keysAndValues));
  }

  RawTar global(String... keysAndValues) {
    return extension('g', records(keysAndValues));
  }

  RawTar extension(char type, String content) {
    return entry(new Header("extension", type).size(content.length()), content);
  }

  RawTar entry(Header header, String content) {
    out.writeBytes(header.block());
    return raw(content).raw("\0".repeat(-content.length() & 511));
  }

  RawTar raw(String bytes) {
    out.writeBytes(bytes.getBytes(ISO_8859_1));
    return this;
  }

  /** The archive with its end mark. */
  byte[] end() {
    return raw("\0".repeat(1024)).bytes();
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  static String records(String... keysAndValues) {
    PaxWriter pax = new PaxWriter();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      pax.add(keysAndValues[i], keysAndValues[i + 1].getBytes(ISO_8859_1));
    }
    return new String(pax.bytes(), ISO_8859_1);
  }

  /** One header block. */
  static final class Header {
    private final byte[] block = new byte[512];
    private int error;

    Header(String name, char type) {
      text(0, name);
      octal(100, 8, 0755);
      octal(108, 8, 0);
      octal(116, 8, 0);
      octal(124, 12, 0);
      octal(136, 12, 1234567890L);
      block[156] = (byte) type;
      text(257, "ustar\00000");
    }

    Header size(long size) {
      return octal(124, 12, size);
    }

    Header link(String target) {
      return text(157, target);
    }

    Header device(int major, int minor) {
      return octal(329, 8, major).octal(337, 8, minor);
    }

    Header wrongSum() {
      error = 1;
      return this;
    }

    Header text(int offset, String text) {
      byte[] bytes = text.getBytes(ISO_8859_1);
      System.arraycopy(bytes, 0, block, offset, bytes.length);
      return this;
    }

    Header octal(int offset, int length, long value) {
      String digits = Long.toOctalString(value);
      return text(offset, "0".repeat(length - 1 - digits.length()) + digits);
    }

    byte[] block() {
      Arrays.fill(block, 148, 156, (byte) ' ');
      int sum = error;
      for (byte value : block) {
        sum += value & 0xff;
      }
      octal(148, 7, sum);
      return block.clone();
    }
  }
}
