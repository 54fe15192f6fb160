// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.rktj.spec.AcName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log of one app, oldest line first, through all its files, also while pod-init writes on
 * and puts files aside. A line in the file, as pod-init writes it (F: the line's end, P: a part of
 * a long line):
 *
 * <pre>
 * 2026-11-23T19:04:58.123456789Z stdout F text
 * </pre>
 */
final class LogFile implements AutoCloseable {
  private static final int MOST_FILES = 100;
  private static final int TIME = 30;
  private static final int HEADER = TIME + " stdout F ".length();
  private static final int CHUNK = 1 << 16;
  private static final int LONGEST = 1 << 20;

  private final Path directory;
  private final AcName app;
  private final ByteArrayOutputStream[] parts = {
    new ByteArrayOutputStream(0), new ByteArrayOutputStream(0)
  };
  private byte[] bytes = new byte[CHUNK];
  private int begin;
  private int end;
  private @Nullable InputStream input;
  private @Nullable Object key;
  private Optional<LogLine> next = Optional.empty();

  LogFile(Path directory, AcName app) {
    this.directory = directory;
    this.app = app;
  }

  AcName app() {
    return app;
  }

  /** The next line, which stays the next one until {@link #take}; empty if there is none yet. */
  Optional<LogLine> peek() throws IOException {
    while (next.isEmpty()) {
      int newline = newline();
      if (newline >= 0) {
        next = line(begin, newline);
        begin = newline + 1;
      } else if (!fill() && !openNext()) {
        return Optional.empty();
      }
    }
    return next;
  }

  void take() {
    next = Optional.empty();
  }

  /** What is left of long lines whose end never came, once nobody writes any more. */
  Optional<LogLine> rest() {
    for (int i = 0; i < 2; i++) {
      if (parts[i].size() > 0) {
        byte[] text = parts[i].toByteArray();
        parts[i].reset();
        return Optional.of(new LogLine("", app, i == 1, text));
      }
    }
    return Optional.empty();
  }

  private int newline() {
    for (int at = begin; at < end; at++) {
      if (bytes[at] == '\n') {
        return at;
      }
    }
    return -1;
  }

  /** The line between two positions; empty for a part of one, and for what is no line of ours. */
  private Optional<LogLine> line(int from, int to) {
    if (to - from < HEADER || bytes[from + TIME - 1] != 'Z') {
      return Optional.empty();
    }
    boolean error = bytes[from + TIME + " std".length()] == 'e';
    ByteArrayOutputStream part = parts[error ? 1 : 0];
    boolean whole = bytes[from + HEADER - 2] == 'F' || part.size() >= LONGEST;
    if (!whole) {
      part.write(bytes, from + HEADER, to - from - HEADER);
      return Optional.empty();
    }
    byte[] text = Arrays.copyOfRange(bytes, from + HEADER, to);
    if (part.size() > 0) {
      part.write(text, 0, text.length);
      text = part.toByteArray();
      part.reset();
    }
    return Optional.of(new LogLine(new String(bytes, from, TIME, US_ASCII), app, error, text));
  }

  /** Reads on in the file at hand; false at its end. */
  private boolean fill() throws IOException {
    if (input == null) {
      return false;
    }
    if (begin > 0) {
      System.arraycopy(bytes, begin, bytes, 0, end - begin);
      end -= begin;
      begin = 0;
    }
    if (end == bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * bytes.length);
    }
    int n = input.read(bytes, end, bytes.length - end);
    if (n <= 0) {
      return false;
    }
    end += n;
    return true;
  }

  /**
   * Opens the file after the one at hand, or the oldest one; false if there is none. Files are
   * known by what they are, for their names change.
   */
  private boolean openNext() throws IOException {
    int at = 0;
    while (at < MOST_FILES && exists(at) && !isCurrent(at)) {
      at++;
    }
    boolean found = at < MOST_FILES && isCurrent(at);
    int wanted = found || !exists(at) ? at - 1 : at;
    return wanted >= 0 && open(wanted);
  }

  private boolean open(int number) throws IOException {
    Path path = path(number);
    try {
      InputStream stream = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS);
      close();
      input = stream;
      key = keyOf(path);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private boolean exists(int number) {
    return Files.exists(path(number), LinkOption.NOFOLLOW_LINKS);
  }

  private boolean isCurrent(int number) throws IOException {
    return key != null && exists(number) && key.equals(keyOf(path(number)));
  }

  private static Object keyOf(Path path) throws IOException {
    Object key =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
    return key == null ? path : key;
  }

  private Path path(int number) {
    return directory.resolve(number == 0 ? app.value() : app.value() + "." + number);
  }

  @Override
  public void close() throws IOException {
    if (input != null) {
      input.close();
    }
    input = null;
  }
}
