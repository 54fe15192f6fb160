// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0;

/**
 * What the work below the command line has to say while it goes on. The command line implements it
 * and is the only one to print; texts may hold anything, the printer escapes them.
 */
public interface Diagnostics {
  /** Tells what is going on; shown with {@code --debug} as {@code source: text}. */
  void note(String source, String text);

  /** Tells what the user should know in any case, as {@code source: text}. */
  void warn(String source, String text);

  /**
   * Starts to tell how far a longer piece of work is; its holder closes it.
   *
   * @param total the number of bytes to expect, or -1 if nobody knows
   */
  Progress progress(String title, long total);
}
