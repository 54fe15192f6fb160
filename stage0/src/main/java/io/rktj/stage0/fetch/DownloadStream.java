// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.stage0.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import okhttp3.Response;

/**
 * The body of an image on its way: first the bytes of an earlier attempt, then those of the server,
 * which are kept too. If the server breaks off, or nobody reads, what came is left to be resumed;
 * otherwise nothing is left.
 */
final class DownloadStream extends InputStream {
  private final InputStream old;
  private final PatientBody body;
  private final OutputStream copy;
  private final PartialDownload partial;
  private final Progress progress;
  private boolean isOldRead;
  private volatile boolean isTouched;
  private volatile boolean hasFailed;
  private volatile boolean isClosed;

  DownloadStream(
      InputStream old,
      Response response,
      OutputStream copy,
      PartialDownload partial,
      Progress progress) {
    this.old = old;
    this.body = new PatientBody(response);
    this.copy = copy;
    this.partial = partial;
    this.progress = progress;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    isTouched = true;
    if (!isOldRead) {
      int got = old.read(buffer, offset, length);
      if (got >= 0) {
        progress.advance(got);
        return got;
      }
      isOldRead = true;
    }
    synchronized (body) {
      int got = readBody(buffer, offset, length);
      if (got > 0) {
        copy.write(buffer, offset, got);
        progress.advance(got);
      }
      return got;
    }
  }

  private int readBody(byte[] buffer, int offset, int length) throws IOException {
    if (isClosed) {
      throw new IOException("closed");
    }
    try {
      return body.read(buffer, offset, length);
    } catch (IOException e) {
      hasFailed = !isClosed; // else it is our own doing
      throw e;
    }
  }

  /** May be called while another thread reads, which then fails. */
  @Override
  public synchronized void close() throws IOException {
    if (isClosed) {
      return;
    }
    isClosed = true;
    progress.close();
    if (!body.hasEnded()) {
      body.cancel();
    }
    try {
      old.close();
      synchronized (body) {
        body.close();
        copy.close();
      }
    } finally {
      try {
        // Nobody has looked at it, so nobody has found fault with it.
        if (isTouched && !hasFailed) {
          partial.discard();
        }
      } finally {
        partial.close();
      }
    }
  }
}
