// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes of a file's name or of a link's target, exactly as an archive holds them; they need not
 * be valid in any character set. Immutable, ordered byte by byte; its text is for messages only.
 */
public final class RawName implements Comparable<RawName> {
  /** No bytes: the name of the root file system itself. */
  public static final RawName EMPTY = new RawName(new byte[0]);

  private final byte[] bytes;
  private final int hash;

  private RawName(byte[] bytes) {
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
  }

  /** A name of these bytes, which are copied. */
  public static RawName of(byte[] bytes) {
    return bytes.length == 0 ? EMPTY : new RawName(bytes.clone());
  }

  /** A name of the UTF-8 bytes of {@code text}. */
  public static RawName of(String text) {
    return of(text.getBytes(UTF_8));
  }

  /** A name that takes over an array nobody else writes to. */
  static RawName adopting(byte[] bytes) {
    return bytes.length == 0 ? EMPTY : new RawName(bytes);
  }

  /** A copy of the bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** How many bytes there are. */
  public int length() {
    return bytes.length;
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return bytes.length == 0;
  }

  /** The byte at {@code index}. */
  public byte at(int index) {
    return bytes[index];
  }

  /** The part before the last slash; empty if there is no slash. */
  public RawName parent() {
    int slash = lastSlash();
    return slash < 0 ? EMPTY : adopting(Arrays.copyOf(bytes, slash));
  }

  /** The part after the last slash; the whole if there is no slash. */
  public RawName last() {
    int slash = lastSlash();
    return slash < 0 ? this : adopting(Arrays.copyOfRange(bytes, slash + 1, bytes.length));
  }

  /** The parts between slashes, empty ones too; none of no bytes. */
  List<RawName> components() {
    List<RawName> components = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= bytes.length && bytes.length > 0; i++) {
      if (i == bytes.length || bytes[i] == '/') {
        components.add(adopting(Arrays.copyOfRange(bytes, start, i)));
        start = i + 1;
      }
    }
    return components;
  }

  /** This name, a slash and {@code child}; the other one alone if either is empty. */
  public RawName resolve(RawName child) {
    if (isEmpty() || child.isEmpty()) {
      return isEmpty() ? child : this;
    }
    byte[] joined = Arrays.copyOf(bytes, bytes.length + 1 + child.bytes.length);
    joined[bytes.length] = '/';
    System.arraycopy(child.bytes, 0, joined, bytes.length + 1, child.bytes.length);
    return adopting(joined);
  }

  /** The bytes from {@code start} on. */
  RawName from(int start) {
    return adopting(Arrays.copyOfRange(bytes, start, bytes.length));
  }

  /** Whether these are the ASCII letters of {@code text}. */
  boolean isAscii(String text) {
    return bytes.length == text.length() && startsWithAscii(text);
  }

  /** Whether the ASCII letters of {@code text} come first. */
  boolean startsWithAscii(String text) {
    if (bytes.length < text.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (bytes[i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  boolean contains(byte wanted) {
    for (byte each : bytes) {
      if (each == wanted) {
        return true;
      }
    }
    return false;
  }

  private int lastSlash() {
    for (int i = bytes.length - 1; i >= 0; i--) {
      if (bytes[i] == '/') {
        return i;
      }
    }
    return -1;
  }

  @Override
  public int compareTo(RawName other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RawName name && hash == name.hash && Arrays.equals(bytes, name.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** The name for a message: printable ASCII as it is, every other byte as {@code \xNN}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(bytes.length);
    for (byte value : bytes) {
      if (value >= ' ' && value < 127 && value != '\\') {
        text.append((char) value);
      } else {
        text.append("\\x");
        text.append(Character.forDigit(value >> 4 & 15, 16));
        text.append(Character.forDigit(value & 15, 16));
      }
    }
    return text.toString();
  }
}
