// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import io.rktj.spec.AcName;
import java.util.Arrays;

/**
 * A line that an app has written. Its text is never changed, though an array holds it.
 *
 * @param time when pod-init got it, UTC, as in {@code 2026-11-23T19:04:58.123456789Z}; texts of two
 *     times compare as the times do
 * @param error whether it came on standard error
 * @param text without the line's end, in whatever encoding the app has
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody but tests, by content
public record LogLine(String time, AcName app, boolean error, byte[] text) {
  /** Takes the array over. */
  public LogLine {}

  @Override
  public boolean equals(Object other) {
    return other instanceof LogLine line
        && time.equals(line.time)
        && app.equals(line.app)
        && error == line.error
        && Arrays.equals(text, line.text);
  }

  @Override
  public int hashCode() {
    return time.hashCode() * 31 + Arrays.hashCode(text);
  }
}
