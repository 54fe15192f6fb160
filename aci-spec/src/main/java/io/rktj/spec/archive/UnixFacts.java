// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.util.Objects.requireNonNull;

import io.rktj.spec.archive.AciEntry.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What {@code lstat(2)} says of a file, by way of the JDK's {@code unix} attributes. */
final class UnixFacts {
  private static final int FORMAT = 0170000;
  private static final long BILLION = 1_000_000_000L;

  private final Map<String, Object> facts;

  private UnixFacts(Map<String, Object> facts) {
    this.facts = facts;
  }

  static UnixFacts of(Path path) throws IOException {
    return new UnixFacts(Files.readAttributes(path, "unix:*", NOFOLLOW_LINKS));
  }

  /** What tells one file from every other. */
  record Identity(Object device, Object inode) {}

  /** The kinds of files. */
  enum Kind {
    REGULAR,
    DIRECTORY,
    SYMLINK,
    FIFO,
    CHARACTER_DEVICE,
    BLOCK_DEVICE,
    SOCKET
  }

  Kind kind() {
    return switch (number("mode") & FORMAT) {
      case 0100000 -> Kind.REGULAR;
      case 0040000 -> Kind.DIRECTORY;
      case 0120000 -> Kind.SYMLINK;
      case 0010000 -> Kind.FIFO;
      case 0020000 -> Kind.CHARACTER_DEVICE;
      case 0060000 -> Kind.BLOCK_DEVICE;
      case 0140000 -> Kind.SOCKET;
      default -> throw new AssertionError("Linux has no other kinds of files");
    };
  }

  int permissions() {
    return number("mode") & 07777;
  }

  int uid() {
    return number("uid");
  }

  int gid() {
    return number("gid");
  }

  int links() {
    return number("nlink");
  }

  long size() {
    return (long) fact("size");
  }

  Identity identity() {
    return new Identity(fact("dev"), fact("ino"));
  }

  Device device() {
    long number = (long) fact("rdev");
    int major = (int) (((number >> 8) & 0xfff) | ((number >> 32) & ~0xfffL));
    int minor = (int) ((number & 0xff) | ((number >> 12) & ~0xffL));
    return new Device(major, minor);
  }

  long mtimeSeconds() {
    return Math.floorDiv(mtime(), BILLION);
  }

  int mtimeNanos() {
    return (int) Math.floorMod(mtime(), BILLION);
  }

  /**
   * Nanoseconds since 1970; 64 bits hold the years 1678 to 2262, the ends stand for what is beyond.
   */
  private long mtime() {
    return ((FileTime) fact("lastModifiedTime")).to(TimeUnit.NANOSECONDS);
  }

  private int number(String name) {
    return (int) fact(name);
  }

  private Object fact(String name) {
    return requireNonNull(facts.get(name), name);
  }
}
