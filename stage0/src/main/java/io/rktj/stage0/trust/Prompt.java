// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import java.util.List;

/** The human who decides about a key; the command line implements it. */
public interface Prompt {
  /** Shows where keys come from, what for, and their fingerprints. */
  void show(KeyScope scope, String location, List<TrustedKeyReview> keys);

  /** Whether there is somebody to ask: standard input and error are terminals. */
  boolean canAsk();

  /** Asks until the answer is a literal yes or no. */
  boolean confirms();

  /** Tells what was done, one line on standard output. */
  void report(String line);
}
