// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import io.rktj.spec.ImageId;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The middle of the pass over an image: a thread that hashes each chunk of the tar and copies it,
 * and only then hands it on. What goes wrong in it is thrown by {@link #next}. A thread of its own,
 * because hashing and unpacking each take about as long as decompressing.
 */
final class Hashing implements ChunkStream.Source, Closeable {
  private static final long STOP_SECONDS = 10;

  private final Inflation inflation;
  private final OutputStream copy;
  private final MessageDigest digest = sha512();
  private final Thread thread;

  /** As long as the ring of buffers at most. */
  private final BlockingQueue<Inflation.Chunk> done = new LinkedBlockingQueue<>();

  private long length;

  private Hashing(Inflation inflation, OutputStream copy) {
    this.inflation = inflation;
    this.copy = copy;
    this.thread = new Thread(this::work, "hash");
    thread.setDaemon(true);
  }

  static Hashing start(Inflation inflation, OutputStream copy) {
    Hashing hashing = new Hashing(inflation, copy);
    hashing.thread.start();
    return hashing;
  }

  /** Waits for the next chunk, which is empty at the end; throws what stopped the thread. */
  @Override
  public Inflation.Chunk next() throws IOException {
    try {
      Inflation.Chunk chunk = done.take();
      if (chunk.failure() != null) {
        Inflation.throwFailure(chunk.failure());
      }
      if (chunk.length() == 0) {
        done.add(chunk); // the end stays the end
      }
      return chunk;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while reading an image");
    }
  }

  /** The hash of everything; to be asked once {@link #next} has answered the end. */
  ImageId id() {
    return ImageId.ofDigest(digest.digest());
  }

  /** Bytes of the tar; to be asked once {@link #next} has answered the end. */
  long tarBytes() {
    return length;
  }

  private void work() {
    try {
      Inflation.Chunk chunk = inflation.next();
      while (chunk.length() > 0) {
        length += chunk.length();
        digest.update(chunk.bytes(), 0, chunk.length());
        copy.write(chunk.bytes(), 0, chunk.length());
        done.add(chunk);
        chunk = inflation.next();
      }
      done.add(chunk);
    } catch (IOException | RuntimeException | Error e) {
      done.add(Inflation.Chunk.failed(e));
    }
  }

  /** Ends the thread, so that nothing is written to the copy any more. */
  @Override
  public void close() {
    thread.interrupt();
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

  private static MessageDigest sha512() {
    try {
      return MessageDigest.getInstance("SHA-512");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-512", e);
    }
  }
}
