// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import org.jspecify.annotations.Nullable;

/** What extension headers say about the one file that comes after them; each may come once. */
final class TarExtensions {
  private final Refusal refusal;
  private @Nullable PaxRecords pax;
  private @Nullable RawName longName;
  private @Nullable RawName longLink;

  TarExtensions(Refusal refusal) {
    this.refusal = refusal;
  }

  boolean isEmpty() {
    return pax == null && longName == null && longLink == null;
  }

  void add(PaxRecords records, RawName header) {
    requireFirst(pax, header);
    pax = records;
  }

  void addName(RawName name, RawName header) {
    requireFirst(longName, header);
    longName = name;
  }

  void addLink(RawName link, RawName header) {
    requireFirst(longLink, header);
    longLink = link;
  }

  PaxRecords pax() {
    PaxRecords records = pax;
    return records == null ? PaxRecords.NONE : records;
  }

  /** The name the file has in the end. */
  RawName name(TarHeader header) {
    PaxRecords records = pax();
    if (SparseReader.isSparse(records) && !records.value("GNU.sparse.name").isEmpty()) {
      return records.value("GNU.sparse.name");
    }
    return choose(records, "path", longName, header.name());
  }

  /** The link target the file has in the end. */
  RawName link(TarHeader header) {
    return choose(pax(), "linkpath", longLink, header.link());
  }

  private RawName choose(PaxRecords records, String key, @Nullable RawName longer, RawName plain) {
    if (longer == null) {
      return records.has(key) ? records.value(key) : plain;
    }
    if (records.has(key)) {
      throw refusal.because("entry has two long names", plain);
    }
    return longer;
  }

  private void requireFirst(@Nullable Object before, RawName header) {
    if (before != null) {
      throw refusal.because("two extended headers of one kind for one entry", header);
    }
  }
}
