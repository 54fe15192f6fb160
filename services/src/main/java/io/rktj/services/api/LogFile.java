// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.pod.HostException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The log of one app, read from its beginning, also while it grows and is rotated ({@code
 * stage2-apps/src/main/c/output.c} says who writes it):
 *
 * <pre>
 * APP.1   2026-11-23T19:04:58.123456789Z stdout F text     older
 * APP     2026-11-23T19:04:59.000000000Z stderr P the beginning of a long li
 *         2026-11-23T19:04:59.000000001Z stderr F ne
 * </pre>
 */
final class LogFile implements AutoCloseable {
  private static final int BLOCK = 64 << 10;
  private static final int LONGEST = 1 << 20;

  private final Path file;
  private final ByteBuffer block = ByteBuffer.allocate(BLOCK);
  private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
  private final Deque<LogLine> lines = new ArrayDeque<>();
  private final StringBuilder parts = new StringBuilder();
  private @Nullable SeekableByteChannel channel;
  private Object key = "";
  private boolean older = true;

  /** Opens nothing yet. */
  LogFile(Path file) {
    this.file = file;
  }

  /** The next line without taking it; empty if there is none, or none yet. */
  Optional<LogLine> peek() {
    try {
      while (lines.isEmpty() && readBlock()) {
        block.flip();
        while (block.hasRemaining()) {
          take(block.get());
        }
      }
    } catch (IOException e) {
      throw new HostException("cannot read \"" + file + "\"", e);
    }
    return Optional.ofNullable(lines.peekFirst());
  }

  /** Takes the line that {@link #peek} has shown. */
  LogLine take() {
    return lines.removeFirst();
  }

  private void take(byte next) {
    if (next != '\n') {
      if (begun.size() < LONGEST) {
        begun.write(next);
      }
      return;
    }
    Optional<LogLine> line = LogLine.parse(begun.toString(UTF_8));
    begun.reset();
    if (line.isEmpty()) {
      return; // cut by a crash or a full disk
    }
    if (parts.length() < LONGEST) {
      parts.append(line.get().text());
    }
    if (line.get().whole()) {
      lines.addLast(line.get().with(parts.toString()));
      parts.setLength(0);
    }
  }

  /** Reads on, in the next file where one has ended; false if there is no more for now. */
  private boolean readBlock() throws IOException {
    block.clear();
    if (channel == null && !open()) {
      return false;
    }
    while (channel != null && channel.read(block) <= 0) {
      boolean another = older || isReplaced();
      if (!another) {
        return false;
      }
      if (channel.read(block) > 0) {
        return true; // written between our look and the rotation
      }
      close();
      older = false;
      if (!open()) {
        return false;
      }
    }
    return true;
  }

  private boolean open() throws IOException {
    Path wanted = older ? file.resolveSibling(file.getFileName() + ".1") : file;
    try {
      channel = Files.newByteChannel(wanted, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
      key = key(wanted);
      return true;
    } catch (NoSuchFileException e) {
      if (!older) {
        return false;
      }
      older = false;
      return open();
    }
  }

  private boolean isReplaced() throws IOException {
    try {
      return !key(file).equals(key);
    } catch (NoSuchFileException e) {
      return false; // between two names
    }
  }

  private static Object key(Path path) throws IOException {
    return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public void close() {
    SeekableByteChannel open = channel;
    channel = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new HostException("cannot close \"" + file + "\"", e);
      }
    }
  }
}
