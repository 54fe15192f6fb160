// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

/**
 * Counts what an image expands to and refuses it beyond the limits. Confined to one thread; {@link
 * #sourceBytes} tells it how much was read for that.
 */
final class Expansion {
  private final ArchiveLimits limits;
  private final Refusal refusal;
  private long expanded;
  private long source = Long.MAX_VALUE;

  Expansion(ArchiveLimits limits, Refusal refusal) {
    this.limits = limits;
    this.refusal = refusal;
  }

  /** So many bytes have been read from the image as it came, up to now. */
  void sourceBytes(long bytes) {
    source = bytes;
  }

  /** An entry says that it has so much content: refused at once if the total cannot hold it. */
  void announce(long bytes, RawName entry) {
    if (bytes > limits.totalBytes() - expanded) {
      throw refusal.because("content exceeds " + limits.totalBytes() + " bytes", entry);
    }
  }

  /** So much content, holes included, was passed on or passed over. */
  void add(long bytes, RawName entry) {
    expanded += bytes;
    if (expanded > limits.totalBytes()) {
      throw refusal.because("content exceeds " + limits.totalBytes() + " bytes", entry);
    }
    if (expanded > limits.ratioFloorBytes() && expanded / limits.ratio() > source) {
      throw refusal.because("content expands more than " + limits.ratio() + " times", entry);
    }
  }

  long expanded() {
    return expanded;
  }
}
