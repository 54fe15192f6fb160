// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

/** What became of the wish to fetch an image. */
public sealed interface FetchOutcome {
  /** The copy we have is young enough; the server was not asked. */
  record Unexpired() implements FetchOutcome {}

  /** The server says that our copy is the current version. */
  record NotModified() implements FetchOutcome {}

  /** The bytes are coming; the receiver closes {@code image}. */
  record Fetched(FetchedAci image) implements FetchOutcome {}
}
