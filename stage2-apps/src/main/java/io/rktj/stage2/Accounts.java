// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.FileStatus;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.stage1.Stage1Exception;
import java.nio.charset.StandardCharsets;

/**
 * Users and groups of an image ({@code spec/rkt-runtime.md} section 6): {@code root}, a decimal
 * number, the owner of a path, or a name in the image's own files. Those are opened inside the
 * image's root, and only if they are regular files of a sane size.
 */
final class Accounts {
  private static final int LARGEST_FILE = 16 << 20;
  private static final int LONGEST_LINE = 4096;
  private static final long LARGEST_ID = 0xfffffffeL;

  private final Kernel kernel;
  private final int root;

  Accounts(Kernel kernel, int root) {
    this.kernel = kernel;
    this.root = root;
  }

  /** The user's number, as 32 bits. */
  int user(String name) {
    try {
      return id("user", name, "/etc/passwd");
    } catch (Problem | ErrnoException e) {
      throw failure("user", name, e);
    }
  }

  /** The group's number, as 32 bits; one that the image does not know is {@code otherwise}. */
  int group(String name, int otherwise) {
    try {
      return id("group", name, "/etc/group");
    } catch (UnknownName e) {
      return otherwise;
    } catch (Problem | ErrnoException e) {
      throw failure("group", name, e);
    }
  }

  /** The group's number, as 32 bits. */
  int group(String name) {
    try {
      return id("group", name, "/etc/group");
    } catch (Problem | ErrnoException e) {
      throw failure("group", name, e);
    }
  }

  private static Stage1Exception failure(String what, String name, Exception cause) {
    return new Stage1Exception(
        "stage1: failed to configure " + what + " \"" + name + "\": " + cause.getMessage(), cause);
  }

  private int id(String what, String name, String file) throws Problem, ErrnoException {
    if (name.equals("root")) {
      return 0;
    }
    if (isDecimal(name, 0)) {
      return parse(name);
    }
    if (name.startsWith("-") && isDecimal(name, 1)) {
      throw new Problem("Invalid uid or gid");
    }
    if (name.startsWith("/")) {
      return owner(what, name);
    }
    return inFile(what, name, file);
  }

  private int owner(String what, String path) throws Problem, ErrnoException {
    try (Fd fd = kernel.openInRoot(root, bytes(path), Open.O_PATH | Open.O_NOFOLLOW, 0)) {
      FileStatus status = kernel.stat(fd.number());
      return what.equals("user") ? status.uid() : status.gid();
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
        throw new Problem("unable to stat file \"" + path + "\": no such file or directory");
      }
      throw e;
    }
  }

  private int inFile(String what, String name, String file) throws Problem, ErrnoException {
    byte[] wanted = bytes(name);
    byte[] text = name.indexOf(':') >= 0 ? new byte[0] : read(file);
    int from = 0;
    while (from < text.length) {
      int end = indexOf(text, '\n', from, text.length);
      if (end - from > LONGEST_LINE) {
        throw new Problem(file + ": a line is longer than " + LONGEST_LINE + " bytes");
      }
      if (startsWith(text, from, end, wanted)) {
        return numberOf(text, from, end, name, file);
      }
      from = end + 1;
    }
    throw new UnknownName("\"" + name + "\" " + what + " not found");
  }

  /** The third field of a line. */
  private static int numberOf(byte[] text, int from, int end, String name, String file)
      throws Problem {
    int second = indexOf(text, ':', indexOf(text, ':', from, end) + 1, end);
    if (second < end) {
      int third = indexOf(text, ':', second + 1, end);
      String number = new String(text, second + 1, third - second - 1, StandardCharsets.US_ASCII);
      if (isDecimal(number, 0)) {
        return parse(number);
      }
    }
    throw new Problem(file + ": the line of \"" + name + "\" is malformed");
  }

  /** A regular file's bytes; looks before it opens, so that no device or pipe is ever opened. */
  private byte[] read(String file) throws Problem, ErrnoException {
    try (Fd seen = kernel.openInRoot(root, bytes(file), Open.O_PATH, 0)) {
      if (!kernel.stat(seen.number()).isRegular()) {
        throw new Problem(file + " is not a regular file");
      }
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
        return new byte[0];
      }
      throw e;
    }
    int flags = Open.O_RDONLY | Open.O_NONBLOCK | Open.O_NOCTTY;
    try (Fd fd = kernel.openInRoot(root, bytes(file), flags, 0)) {
      FileStatus status = kernel.stat(fd.number());
      if (!status.isRegular() || status.size() > LARGEST_FILE) {
        throw new Problem(file + " is larger than " + LARGEST_FILE + " bytes");
      }
      byte[] text = new byte[(int) status.size()];
      int length = 0;
      while (length < text.length) {
        int n = kernel.read(fd.number(), text, length, text.length - length);
        if (n == 0) {
          throw new Problem(file + " is shorter than it was");
        }
        length += n;
      }
      return text;
    }
  }

  private static boolean isDecimal(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return text.length() > from;
  }

  private static int parse(String digits) throws Problem {
    long value = 0;
    for (int i = 0; i < digits.length(); i++) {
      value = 10 * value + (digits.charAt(i) - '0');
      if (value > LARGEST_ID) {
        throw new Problem("Invalid uid or gid: \"" + digits + "\" is above " + LARGEST_ID);
      }
    }
    return (int) value;
  }

  private static int indexOf(byte[] text, char wanted, int from, int end) {
    for (int i = from; i < end; i++) {
      if (text[i] == wanted) {
        return i;
      }
    }
    return end;
  }

  private static boolean startsWith(byte[] text, int from, int end, byte[] name) {
    if (end - from <= name.length || text[from + name.length] != ':') {
      return false;
    }
    for (int i = 0; i < name.length; i++) {
      if (text[from + i] != name[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** What is wrong with a name or a file. */
  private static class Problem extends Exception {
    private static final long serialVersionUID = 1L;

    Problem(String message) {
      super(message);
    }
  }

  /** The image does not know the name. */
  private static final class UnknownName extends Problem {
    private static final long serialVersionUID = 1L;

    UnknownName(String message) {
      super(message);
    }
  }
}
