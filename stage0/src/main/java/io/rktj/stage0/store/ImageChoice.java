// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.Labels;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Picks the best of the images offered for a name: it has all labels asked for; was found without a
 * version, if none is asked for; and was imported last ({@code spec/rkt-cli.md} 4.17).
 */
final class ImageChoice {
  private final AcIdentifier name;
  private final Labels labels;
  private final boolean unverifiedToo;
  private final boolean anyVersion;
  private @Nullable ImageRecord best;

  ImageChoice(AcIdentifier name, Labels labels, boolean unverifiedToo) {
    this.name = name;
    this.labels = labels;
    this.unverifiedToo = unverifiedToo;
    this.anyVersion = labels.value("version").isEmpty();
  }

  void offer(ImageRecord record) {
    ImageRecord before = best;
    if (matches(record) && (before == null || isBetter(record, before))) {
      best = record;
    }
  }

  Optional<ImageRecord> best() {
    return Optional.ofNullable(best);
  }

  private boolean matches(ImageRecord record) {
    if (!record.name().value().equals(name.value()) || (record.unverified() && !unverifiedToo)) {
      return false;
    }
    return record.labels().satisfy(labels);
  }

  private boolean isBetter(ImageRecord one, ImageRecord other) {
    if (anyVersion && one.latest() != other.latest()) {
      return one.latest();
    }
    if (one.importedMillis() != other.importedMillis()) {
      return one.importedMillis() > other.importedMillis();
    }
    return one.id().hex().compareTo(other.id().hex()) > 0;
  }
}
