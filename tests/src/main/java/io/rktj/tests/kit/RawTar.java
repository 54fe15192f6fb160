// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.kit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/**
 * A tar written header by header, so that a test can say exactly the bytes that a careful writer
 * would refuse to write. Names are taken as ISO 8859-1, one byte a character.
 */
public final class RawTar {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A regular file of mode 0644. */
  public RawTar file(String name, String content) {
    return entry(name, '0', 0644, "", content.getBytes(ISO_8859_1), 0, 0);
  }

  /** A regular file of mode 0755. */
  public RawTar program(String name, byte[] content) {
    return entry(name, '0', 0755, "", content, 0, 0);
  }

  /** A directory of mode 0755. */
  public RawTar directory(String name) {
    return entry(name, '5', 0755, "", new byte[0], 0, 0);
  }

  /** A symbolic link. */
  public RawTar symlink(String name, String target) {
    return entry(name, '2', 0777, target, new byte[0], 0, 0);
  }

  /** A hard link. */
  public RawTar hardlink(String name, String target) {
    return entry(name, '1', 0644, target, new byte[0], 0, 0);
  }

  /** A device node or a pipe: {@code type} is {@code '3'}, {@code '4'} or {@code '6'}. */
  public RawTar node(String name, char type, int major, int minor) {
    return entry(name, type, 0666, "", new byte[0], major, minor);
  }

  /** An image's manifest that names nothing to run but {@code exec}. */
  public RawTar manifest(String name, String version, String exec) {
    return file("manifest", manifestText(name, version, exec));
  }

  /** The text of a minimal manifest. */
  public static String manifestText(String name, String version, String exec) {
    return "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\""
        + name
        + "\",\"labels\":[{\"name\":\"version\",\"value\":\""
        + version
        + "\"},{\"name\":\"os\",\"value\":\"linux\"},{\"name\":\"arch\",\"value\":\""
        + (System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "amd64")
        + "\"}],\"app\":{\"exec\":["
        + exec
        + "],\"user\":\"0\",\"group\":\"0\"}}";
  }

  /** Any entry at all. */
  public RawTar entry(
      String name, char type, int mode, String link, byte[] content, int major, int minor) {
    byte[] header = new byte[512];
    put(header, 0, 100, name);
    octal(header, 100, 8, mode);
    octal(header, 108, 8, 0);
    octal(header, 116, 8, 0);
    octal(header, 124, 12, content.length);
    octal(header, 136, 12, 1_700_000_000L);
    header[156] = (byte) type;
    put(header, 157, 100, link);
    put(header, 257, 6, "ustar");
    put(header, 263, 2, "00");
    octal(header, 329, 8, major);
    octal(header, 337, 8, minor);
    return raw(header, content);
  }

  /** An extended header of POSIX for the entry after it. */
  public RawTar pax(String... keysAndValues) {
    StringBuilder records = new StringBuilder();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      String body = " " + keysAndValues[i] + "=" + keysAndValues[i + 1] + "\n";
      int length = body.length() + 1;
      while (length != body.length() + Integer.toString(length).length()) {
        length++;
      }
      records.append(length).append(body);
    }
    return extension('x', records.toString());
  }

  /** An extension header of any type, such as {@code 'L'}, GNU's long name. */
  public RawTar extension(char type, String content) {
    return entry("extension", type, 0644, "", content.getBytes(ISO_8859_1), 0, 0);
  }

  /** A header as given, with its checksum put right, and content padded to whole blocks. */
  public RawTar raw(byte[] header, byte[] content) {
    for (int i = 148; i < 156; i++) {
      header[i] = ' ';
    }
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    octal(header, 148, 7, sum);
    header[155] = ' ';
    out.writeBytes(header);
    out.writeBytes(content);
    out.writeBytes(new byte[(512 - content.length % 512) % 512]);
    return this;
  }

  /** An empty regular file whose header has one bit wrong. */
  public RawTar rotten(String name) {
    int start = out.size();
    file(name, "");
    byte[] bytes = out.toByteArray();
    bytes[start] ^= 1;
    out.reset();
    out.writeBytes(bytes);
    return this;
  }

  private static void put(byte[] header, int offset, int size, String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    if (bytes.length > size) {
      throw new IllegalArgumentException("too long for a header: " + text);
    }
    System.arraycopy(bytes, 0, header, offset, bytes.length);
  }

  private static void octal(byte[] header, int offset, int size, long value) {
    String digits = Long.toOctalString(value);
    String padded = "0".repeat(Math.max(0, size - 1 - digits.length())) + digits;
    put(header, offset, size - 1, padded);
    header[offset + size - 1] = 0;
  }

  /** All bytes, with the two empty blocks at the end. */
  public byte[] bytes() {
    byte[] body = out.toByteArray();
    byte[] whole = new byte[body.length + 1024];
    System.arraycopy(body, 0, whole, 0, body.length);
    return whole;
  }

  /** Writes it compressed by gzip. */
  public Path writeGzip(Path file) {
    try (GZIPOutputStream zip = new GZIPOutputStream(Files.newOutputStream(file))) {
      zip.write(bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  /** Writes it as it is. */
  public Path write(Path file) {
    try {
      Files.write(file, bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }
}
