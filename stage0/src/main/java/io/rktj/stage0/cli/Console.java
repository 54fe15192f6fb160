// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.Progress;

/**
 * Shows what the work below the command line has to say: notes with {@code --debug} only, warnings
 * always, and progress as a bar on a terminal, as one line for each step elsewhere. Thread-safe.
 */
final class Console implements Diagnostics {
  private final Output output;
  private final String prefix;
  private final boolean debug;
  private final boolean terminal;

  Console(Output output, String prefix, boolean debug, boolean terminal) {
    this.output = output;
    this.prefix = prefix;
    this.debug = debug;
    this.terminal = terminal;
  }

  @Override
  public void note(String source, String text) {
    if (debug) {
      output.message(source, text);
    }
  }

  @Override
  public void warn(String source, String text) {
    output.message(source, text);
  }

  @Override
  public Progress progress(String title, long total) {
    if (terminal) {
      return new ProgressBar(output, title, total);
    }
    output.message(prefix, total < 0 ? title : title + " (" + HumanText.size(total) + ")");
    return new Progress() {
      @Override
      public void advance(long bytes) {}

      @Override
      public void close() {}
    };
  }
}
