// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import io.rktj.spec.archive.AciEntry.Attributes;
import io.rktj.spec.archive.AciEntry.Device;
import io.rktj.spec.archive.TarReader.TarEntry;

/** What every entry of a tar must keep, whatever it is an archive of. */
final class EntryRules {
  private final ArchiveLimits limits;
  private final Refusal refusal;

  EntryRules(ArchiveLimits limits, Refusal refusal) {
    this.limits = limits;
    this.refusal = refusal;
  }

  /** Owner, mode, time and those extended attributes that are kept. */
  Attributes attributes(TarEntry entry) {
    return new Attributes(
        entry.mode(),
        entry.uid(),
        entry.gid(),
        entry.mtimeSeconds(),
        entry.mtimeNanos(),
        XattrRules.select(entry, refusal));
  }

  /** The target of a symbolic link, as it is written. */
  RawName symbolicTarget(TarEntry entry) {
    RawName link = entry.link();
    if (link.isEmpty()) {
      throw refusal.because("symbolic link has no target", entry.name());
    }
    if (link.contains((byte) 0)) {
      throw refusal.because("symbolic link's target holds a NUL byte", entry.name());
    }
    return link;
  }

  /** null zero full random urandom, tty console ptmx: all an image may bring along. */
  Device harmlessDevice(TarEntry entry) {
    Device device = entry.device();
    int minor = device.minor();
    boolean memory =
        device.major() == 1 && (minor == 3 || minor == 5 || (minor >= 7 && minor <= 9));
    boolean terminal = device.major() == 5 && minor >= 0 && minor <= 2;
    if (!memory && !terminal) {
      throw refusal.because(
          "character device " + device.major() + ":" + minor + " is not allowed", entry.name());
    }
    return device;
  }

  /**
   * Takes out empty and {@code .} components; what climbs, is absolute, empty or too deep is
   * refused.
   *
   * @param raw the name of the entry, for messages
   */
  RawName clean(RawName name, RawName raw) {
    if (name.isEmpty()) {
      throw refusal.because("name is empty", raw);
    }
    if (name.at(0) == '/') {
      throw refusal.because("name \"" + name + "\" is absolute", raw);
    }
    NameCleaner cleaner = new NameCleaner(name);
    String broken = cleaner.clean(limits.depth());
    if (!broken.isEmpty()) {
      throw refusal.because(broken, raw);
    }
    return cleaner.name();
  }
}
