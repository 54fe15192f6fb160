// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import java.io.IOException;
import java.io.InputStream;
import okhttp3.Response;

/** The body of an answer that may take long, as long as bytes keep coming ({@link RateFloor}). */
final class PatientBody extends InputStream {
  private final Response response;
  private final InputStream body;
  private final RateFloor floor = new RateFloor();
  private final Patience patience;
  private volatile boolean hasEnded;

  PatientBody(Response response) {
    this.response = response;
    this.body = response.body().byteStream();
    this.patience = new Patience(Patience.LIMIT, this::cancel);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    long start = System.nanoTime();
    int got = patience.with(() -> body.read(buffer, offset, length));
    hasEnded = got < 0;
    if (!hasEnded) {
      floor.count(System.nanoTime() - start, got);
    }
    return got;
  }

  /** Whether the server has sent all. */
  boolean hasEnded() {
    return hasEnded;
  }

  /** Ends the transfer, from any thread; who is reading fails at once. */
  void cancel() {
    HttpTransport.cancel(response);
  }

  @Override
  public void close() throws IOException {
    if (!hasEnded) {
      cancel();
    }
    body.close();
  }
}
