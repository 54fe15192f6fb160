// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import io.rktj.PodException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A thread that reads and decompresses an image into a ring of buffers, and the other end of that
 * ring. What goes wrong in the thread is thrown by {@link #next}; {@link #close} ends the thread.
 */
final class Inflation implements Closeable {
  private static final int BUFFERS = 16;
  private static final int BUFFER_BYTES = 256 * 1024;
  private static final long STOP_SECONDS = 10;

  private final TappedStream source;
  private final ArchiveLimits limits;
  private final Refusal refusal;
  private final BlockingQueue<Chunk> full = new ArrayBlockingQueue<>(BUFFERS + 2);
  private final BlockingQueue<byte[]> empty = new ArrayBlockingQueue<>(BUFFERS + 2);
  private final Thread thread;
  private int buffers;
  private volatile boolean stopped;
  private volatile Compression compression = Compression.NONE;

  private Inflation(TappedStream source, ArchiveLimits limits, Refusal refusal) {
    this.source = source;
    this.limits = limits;
    this.refusal = refusal;
    this.thread = new Thread(this::work, "inflate");
    thread.setDaemon(true);
  }

  static Inflation start(InputStream source, ByteSink tap, ArchiveLimits limits, Refusal refusal) {
    Inflation inflation = new Inflation(new TappedStream(source, tap), limits, refusal);
    inflation.thread.start();
    return inflation;
  }

  /** A filled buffer; an empty one is the end, with the failure that ended it if there was one. */
  record Chunk(Buffer buffer, int length, long sourceBytes, @Nullable Throwable failure) {
    static final Chunk NONE = new Chunk(new Buffer(new byte[0]), 0, 0, null);

    static Chunk failed(Throwable failure) {
      return new Chunk(NONE.buffer, 0, 0, failure);
    }

    byte[] bytes() {
      return buffer.bytes;
    }
  }

  /** A buffer of the ring. */
  static final class Buffer {
    private final byte[] bytes;

    Buffer(byte[] bytes) {
      this.bytes = bytes;
    }
  }

  /** Waits for the next chunk; throws what stopped the thread. */
  Chunk next() throws IOException {
    try {
      Chunk chunk = full.take();
      if (chunk.failure != null) {
        throwFailure(chunk.failure);
      }
      if (chunk.length == 0) {
        full.put(chunk); // the end stays the end
      }
      return chunk;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while reading an image");
    }
  }

  /** Takes back a chunk that nobody needs any more. */
  void giveBack(Chunk chunk) {
    if (chunk.length > 0) {
      boolean taken = empty.offer(chunk.bytes()); // the ring is longer than the buffers are many
      assert taken;
    }
  }

  Compression compression() {
    return compression;
  }

  /** Bytes read; to be asked once {@link #next} has answered the end. */
  long compressedBytes() {
    return source.count();
  }

  @Override
  public void close() throws IOException {
    stopped = true;
    thread.interrupt();
    try {
      source.close(); // frees a thread that waits for the network
    } finally {
      join();
    }
  }

  private void join() {
    boolean interrupted = Thread.interrupted();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  static void throwFailure(Throwable failure) throws IOException {
    if (failure instanceof IOException checked) {
      throw checked;
    }
    if (failure instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    throw (Error) failure;
  }

  private void work() {
    Chunk end = Chunk.NONE;
    try {
      inflate();
    } catch (IOException | RuntimeException | Error e) {
      end = Chunk.failed(e);
    } catch (InterruptedException e) {
      return; // the reader has left
    }
    // There is always room: the ring is longer than the buffers are many.
    boolean taken = full.offer(end);
    assert taken;
  }

  private void inflate() throws IOException, InterruptedException {
    byte[] head = source.readNBytes(Compression.PROBE_BYTES);
    compression =
        Compression.detect(head).orElseThrow(() -> refusal.because("unknown image filetype"));
    source.unread(head);
    try (InputStream tar = compression.decompress(source, limits)) {
      copy(tar);
      if (!stopped && source.read(new byte[1], 0, 1) > 0) {
        throw refusal.because("foreign bytes follow the compressed data");
      }
    } catch (IOException | RuntimeException e) {
      throw explain(e);
    }
  }

  private void copy(InputStream tar) throws IOException, InterruptedException {
    long total = 0;
    while (!stopped) {
      byte[] buffer = takeBuffer();
      int count = tar.readNBytes(buffer, 0, buffer.length);
      total += count;
      if (total > limits.totalBytes()) {
        throw refusal.because("tar exceeds " + limits.totalBytes() + " bytes");
      }
      if (total > limits.ratioFloorBytes() && total / limits.ratio() > source.count()) {
        throw refusal.because("image expands more than " + limits.ratio() + " times");
      }
      if (count > 0) {
        full.put(new Chunk(new Buffer(buffer), count, source.count(), null));
      }
      if (count < buffer.length) {
        return;
      }
    }
  }

  /** Makes buffers only as they are needed: most images are small. */
  private byte[] takeBuffer() throws InterruptedException {
    byte[] buffer = empty.poll();
    if (buffer == null && buffers < BUFFERS) {
      buffers++;
      return new byte[BUFFER_BYTES];
    }
    return buffer == null ? empty.take() : buffer;
  }

  /** A failure of the source as it is; a decompressor's, whatever its kind, as damage. */
  private Exception explained(Exception e) {
    Exception failure = source.failure();
    if (failure != null) {
      return failure;
    }
    if (e instanceof PodException) {
      return e;
    }
    String reason = e.getMessage() == null ? "data is damaged" : String.valueOf(e.getMessage());
    return refusal.because(compression.name().toLowerCase(Locale.ROOT) + ": " + reason, e);
  }

  private RuntimeException explain(Exception e) throws IOException {
    Exception cause = explained(e);
    if (cause instanceof IOException checked) {
      throw checked;
    }
    return (RuntimeException) cause;
  }

  /** The source: counted, shown to the tap, its own failures remembered. */
  private static final class TappedStream extends InputStream {
    private final InputStream in;
    private final ByteSink tap;
    private byte[] pushed = new byte[0];
    private int pushedAt;
    private @Nullable Exception failure;
    private long count;

    TappedStream(InputStream in, ByteSink tap) {
      this.in = in;
      this.tap = tap;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (pushedAt < pushed.length) {
        int taken = Math.min(length, pushed.length - pushedAt);
        System.arraycopy(pushed, pushedAt, bytes, offset, taken);
        pushedAt += taken;
        return taken;
      }
      try {
        int taken = in.read(bytes, offset, length);
        if (taken > 0) {
          count += taken;
          tap.accept(bytes, offset, taken);
        }
        return taken;
      } catch (IOException | RuntimeException e) {
        failure = e;
        throw e;
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
    }

    void unread(byte[] head) {
      pushed = Arrays.copyOf(head, head.length);
    }

    @Nullable Exception failure() {
      return failure;
    }

    long count() {
      return count;
    }
  }
}
