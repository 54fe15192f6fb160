// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import io.rktj.spec.archive.TarReader.TarEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * Which extended attributes of an entry are kept, dropped or refused; {@link AciReader} says why.
 */
final class XattrRules {
  private static final int NAME_MAX = 255;
  private static final int VALUE_MAX = 65536;

  private XattrRules() {}

  /** The attributes to set on {@code entry}. */
  static List<ExtendedAttribute> select(TarEntry entry, Refusal refusal) {
    List<ExtendedAttribute> kept = new ArrayList<>();
    for (ExtendedAttribute attribute : entry.xattrs()) {
      refuseForbidden(attribute, entry, refusal);
      if (isKept(attribute.name(), entry.type())) {
        kept.add(attribute);
      }
    }
    return kept;
  }

  private static void refuseForbidden(
      ExtendedAttribute attribute, TarEntry entry, Refusal refusal) {
    RawName name = attribute.name();
    boolean known =
        (name.startsWithAscii("user.") && name.length() > "user.".length())
            || name.startsWithAscii("security.")
            || name.startsWithAscii("system.");
    if (!known || name.isAscii("user.overlay") || name.startsWithAscii("user.overlay.")) {
      throw refusal.because("extended attribute \"" + name + "\" is not allowed", entry.name());
    }
    if (name.length() > NAME_MAX || attribute.value().length() > VALUE_MAX) {
      throw refusal.because("extended attribute is too long", entry.name());
    }
  }

  private static boolean isKept(RawName name, EntryType type) {
    if (type == EntryType.REGULAR) {
      return name.startsWithAscii("user.") || name.isAscii("security.capability");
    }
    return type == EntryType.DIRECTORY && name.startsWithAscii("user.");
  }
}
