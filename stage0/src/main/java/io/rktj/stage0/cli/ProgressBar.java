// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.stage0.Progress;

/**
 * One line of a terminal that tells how far a piece of work is: a bar, amounts, rate and remaining
 * time. Redrawn ten times a second at most. Thread-safe.
 */
final class ProgressBar implements Progress {
  private static final long REDRAW_NANOS = 100_000_000L;
  private static final int WIDTH = 30;

  private final Output output;
  private final String title;
  private final long total;
  private final long started = System.nanoTime();
  private long drawn;
  private long done;

  ProgressBar(Output output, String title, long total) {
    this.output = output;
    this.title = title;
    this.total = total;
    this.drawn = started - REDRAW_NANOS;
  }

  @Override
  public synchronized void advance(long bytes) {
    done += bytes;
    long now = System.nanoTime();
    if (now - drawn >= REDRAW_NANOS) {
      drawn = now;
      output.status(line(title, done, total, now - started));
    }
  }

  @Override
  public synchronized void close() {
    output.plainMessage(line(title, done, total < 0 ? done : total, System.nanoTime() - started));
  }

  /** The line after {@code nanos} of work. */
  static String line(String title, long done, long total, long nanos) {
    long rate = nanos <= 0 ? 0 : (long) (done / (nanos / 1e9));
    StringBuilder line = new StringBuilder(title).append(": ");
    if (total > 0) {
      int full = (int) Math.min(WIDTH, done * WIDTH / total);
      line.append('[').append("=".repeat(full)).append(" ".repeat(WIDTH - full)).append("] ");
    }
    line.append(HumanText.size(done));
    if (total > 0) {
      line.append('/').append(HumanText.size(total));
    }
    line.append(' ').append(HumanText.size(rate)).append("/s");
    if (total > done && rate > 0) {
      line.append(' ').append(GoDuration.format((total - done) / rate * 1000)).append(" left");
    }
    return line.toString();
  }
}
