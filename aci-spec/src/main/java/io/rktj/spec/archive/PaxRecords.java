// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The records {@code LENGTH KEY=VALUE} of one extended header (POSIX pax), values as bytes. A
 * record that is damaged, empty where it must not be, or there twice refuses the archive: readers
 * disagree about what such a header means.
 */
final class PaxRecords {
  static final PaxRecords NONE = new PaxRecords();

  private static final String XATTR = "SCHILY.xattr.";
  private static final String SPARSE_OFFSET = "GNU.sparse.offset";
  private static final String SPARSE_BYTES = "GNU.sparse.numbytes";
  private static final int NUMBER_LENGTH = 18;

  private final Map<String, RawName> records = new HashMap<>();
  private final List<ExtendedAttribute> xattrs = new ArrayList<>();

  /** Offsets and lengths by turns, of the oldest form of sparse map. */
  private final List<RawName> sparsePairs = new ArrayList<>();

  private PaxRecords() {}

  /** Reads the content of an extended header that belongs to {@code subject}. */
  static PaxRecords parse(byte[] content, RawName subject, ArchiveLimits limits, Refusal refusal) {
    PaxRecords result = new PaxRecords();
    int position = 0;
    while (position < content.length) {
      int length = recordLength(content, position);
      if (length < 0 || length > content.length - position) {
        throw refusal.because("extended header is damaged", subject);
      }
      String broken = result.add(content, position, position + length, limits);
      if (!broken.isEmpty()) {
        throw refusal.because(broken, subject);
      }
      position += length;
    }
    return result;
  }

  /** The value of {@code key}, or empty bytes: no record has an empty value that counts. */
  RawName value(String key) {
    RawName value = records.get(key);
    return value == null ? RawName.EMPTY : value;
  }

  boolean has(String key) {
    return records.containsKey(key);
  }

  /**
   * The number that {@code key} says, not negative, or {@code otherwise} if there is no such
   * record.
   */
  long number(String key, long otherwise, RawName subject, Refusal refusal) {
    RawName value = records.get(key);
    if (value == null) {
      return otherwise;
    }
    long number = decimal(value, 0, value.length());
    if (number < 0) {
      throw refusal.because("extended header's " + key + " is not a number", subject);
    }
    return number;
  }

  List<ExtendedAttribute> xattrs() {
    return xattrs;
  }

  List<RawName> sparsePairs() {
    return sparsePairs;
  }

  /** Whether any record changes how entries are read, rather than being a remark. */
  boolean hasMeaning() {
    if (!xattrs.isEmpty() || !sparsePairs.isEmpty()) {
      return true;
    }
    for (String key : records.keySet()) {
      if (key.startsWith("GNU.") || isMeaningful(key)) {
        return true;
      }
    }
    return false;
  }

  /** The digits from {@code start} to {@code end} as a number; -1 if they are not one. */
  static long decimal(RawName text, int start, int end) {
    if (start >= end || end - start > NUMBER_LENGTH) {
      return -1;
    }
    long value = 0;
    for (int i = start; i < end; i++) {
      int digit = text.at(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  private static boolean isMeaningful(String key) {
    return switch (key) {
      case "path", "linkpath", "size", "uid", "gid", "mtime" -> true;
      default -> false;
    };
  }

  /** The length at the start of a record, or -1. */
  private static int recordLength(byte[] content, int position) {
    int length = 0;
    for (int i = position; i < content.length && i < position + 8; i++) {
      int digit = content[i] - '0';
      if (content[i] == ' ' && i > position) {
        return length > i - position + 1 ? length : -1;
      }
      if (digit < 0 || digit > 9) {
        return -1;
      }
      length = length * 10 + digit;
    }
    return -1;
  }

  private String add(byte[] content, int start, int end, ArchiveLimits limits) {
    int keyStart = start;
    while (content[keyStart] != ' ') {
      keyStart++;
    }
    keyStart++;
    int equals = keyStart;
    while (equals < end && content[equals] != '=') {
      equals++;
    }
    if (equals >= end - 1 || equals == keyStart || content[end - 1] != '\n') {
      return "extended header is damaged";
    }
    String key = new String(content, keyStart, equals - keyStart, ISO_8859_1);
    RawName value = RawName.adopting(Arrays.copyOfRange(content, equals + 1, end - 1));
    if (key.indexOf(0) >= 0) {
      return "extended header's key holds a NUL byte";
    }
    return put(key, value, limits);
  }

  private String put(String key, RawName value, ArchiveLimits limits) {
    if (key.equals(SPARSE_OFFSET) || key.equals(SPARSE_BYTES)) {
      boolean isOffset = sparsePairs.size() % 2 == 0;
      if (isOffset != key.equals(SPARSE_OFFSET)
          || sparsePairs.size() / 2 >= limits.sparseChunks()) {
        return "sparse map is damaged or too long";
      }
      sparsePairs.add(value);
      return "";
    }
    if (isMeaningful(key) && value.isEmpty()) {
      return "extended header's " + key + " is empty";
    }
    if (records.put(key, value) != null) {
      return "extended header has the key \"" + key + "\" twice";
    }
    if (key.startsWith(XATTR)) {
      RawName name = RawName.adopting(key.substring(XATTR.length()).getBytes(ISO_8859_1));
      xattrs.add(new ExtendedAttribute(name, value));
    }
    return "";
  }
}
