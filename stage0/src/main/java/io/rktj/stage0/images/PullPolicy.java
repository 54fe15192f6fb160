// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.images;

/** When to ask remote places for an image ({@code spec/rkt-cli.md} section 8). */
public enum PullPolicy {
  /** Only if the store has no match. */
  NEW,
  /** Never: the store or nothing. */
  NEVER,
  /** Always ask; what has not changed is not fetched again. */
  UPDATE;

  /** The policy called {@code text}; unknown words mean {@link #NEW}, as in rkt. */
  public static PullPolicy parse(String text) {
    if (text.equals("never")) {
      return NEVER;
    }
    return text.equals("update") ? UPDATE : NEW;
  }
}
