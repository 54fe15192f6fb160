// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import io.rktj.spec.Quantity;
import io.rktj.stage1.Stage1Exception;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much of an app's output is kept: a log file that has grown to {@code bytes} is put aside, and
 * of an app there are at most {@code files}.
 *
 * @param bytes at least 1
 * @param files 1 to 100, the current one included
 */
public record LogLimits(long bytes, int files) {
  /** Variable with the size of a log file, a quantity such as {@code 64Mi}. */
  public static final String SIZE = "RKT_LOG_SIZE";

  /** Variable with the number of log files. */
  public static final String FILES = "RKT_LOG_FILES";

  /** 64 MiB, twice. */
  public static final LogLimits DEFAULT = new LogLimits(64L << 20, 2);

  private static final int MOST_FILES = 100;

  /** Refuses limits that pod-init would refuse. */
  public LogLimits {
    if (bytes < 1 || files < 1 || files > MOST_FILES) {
      throw new IllegalArgumentException("no limits of logs: " + bytes + " bytes, " + files);
    }
  }

  /** The limits that the caller's variables ask for. */
  public static LogLimits of(List<String> environment) {
    LogLimits limits = DEFAULT;
    for (int i = 0; i < environment.size(); i++) {
      String entry = environment.get(i);
      if (entry.startsWith(SIZE + "=")) {
        limits = new LogLimits(bytes(entry.substring(SIZE.length() + 1)), limits.files);
      } else if (entry.startsWith(FILES + "=")) {
        limits = new LogLimits(limits.bytes, files(entry.substring(FILES.length() + 1)));
      }
    }
    return limits;
  }

  private static long bytes(String word) {
    if (word.isEmpty()) {
      return DEFAULT.bytes;
    }
    long bytes = Quantity.parse(word).value();
    if (bytes < 1) {
      throw new Stage1Exception("stage1: cannot use log size \"" + word + "\": must be positive");
    }
    return bytes;
  }

  private static int files(String word) {
    if (word.isEmpty()) {
      return DEFAULT.files;
    }
    try {
      int files = Integer.parseInt(word);
      if (files >= 1 && files <= MOST_FILES) {
        return files;
      }
    } catch (NumberFormatException e) {
      throw wrongFiles(word, e);
    }
    throw wrongFiles(word, null);
  }

  private static Stage1Exception wrongFiles(String word, @Nullable Throwable e) {
    return new Stage1Exception(
        "stage1: cannot keep \"" + word + "\" log files: must be 1 to " + MOST_FILES, e);
  }
}
