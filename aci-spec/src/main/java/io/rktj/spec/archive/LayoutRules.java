// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import io.rktj.spec.archive.AciEntry.Device;
import io.rktj.spec.archive.TarReader.TarEntry;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What an image may hold (appc spec, image archives; our rules on top): {@code manifest} and {@code
 * rootfs} and nothing beside them, no name twice, nothing beneath what is not a directory, hard
 * links to earlier regular files only, and only harmless devices.
 */
final class LayoutRules {
  private static final String ROOTFS = "rootfs";
  private static final String MANIFEST = "manifest";
  private static final int MEMORY_PER_NAME = 64;

  private final ArchiveLimits limits;
  private final Refusal refusal;
  private final EntryRules rules;

  /** Every name so far. */
  private final Map<RawName, Place> seen = new HashMap<>();

  private long nameBytes;
  private boolean hasManifest;
  private boolean isManifest;
  private RawName lastParent = RawName.EMPTY;

  /** What is known of a name. */
  private enum Place {
    IMPLIED_DIRECTORY,
    DIRECTORY,
    REGULAR,
    OTHER
  }

  LayoutRules(ArchiveLimits limits, Refusal refusal) {
    this.limits = limits;
    this.refusal = refusal;
    this.rules = new EntryRules(limits, refusal);
  }

  /** The entry below rootfs that {@code entry} is; none for the manifest and for {@code ./}. */
  Optional<AciEntry> check(TarEntry entry) {
    RawName raw = entry.name();
    RawName name = rules.clean(raw, raw);
    isManifest = false;
    if (name.isEmpty()) {
      requireDirectory(entry, "archive's root is not a directory");
      return Optional.empty();
    }
    if (name.isAscii(MANIFEST)) {
      checkManifest(entry);
      return Optional.empty();
    }
    boolean isRoot = name.isAscii(ROOTFS);
    if (!isRoot && !name.startsWithAscii(ROOTFS + "/")) {
      throw refusal.because("unrecognized file path in layout", raw);
    }
    if (isRoot) {
      requireDirectory(entry, "rootfs is not a directory");
    }
    RawName below = isRoot ? RawName.EMPTY : name.from(ROOTFS.length() + 1);
    return Optional.of(checkBelow(entry, below));
  }

  /** Whether the last entry checked was the manifest. */
  boolean isManifest() {
    return isManifest;
  }

  /** The archive has ended: everything that must be there was there. */
  void checkComplete() {
    if (!hasManifest) {
      throw refusal.because("no image manifest found in layout");
    }
    Place root = seen.get(RawName.EMPTY);
    if (root == null || root == Place.IMPLIED_DIRECTORY) {
      throw refusal.because("no rootfs found in layout");
    }
  }

  private void checkManifest(TarEntry entry) {
    if (hasManifest) {
      throw refusal.because("duplicate file entry in archive", entry.name());
    }
    if (entry.type() != EntryType.REGULAR) {
      throw refusal.because("manifest is not a regular file", entry.name());
    }
    hasManifest = true;
    isManifest = true;
  }

  private AciEntry checkBelow(TarEntry entry, RawName name) {
    claimParents(name, entry.name());
    RawName link = RawName.EMPTY;
    if (entry.type() == EntryType.HARD_LINK) {
      link = hardLinkTarget(entry);
    } else if (entry.type() == EntryType.SYMLINK) {
      link = rules.symbolicTarget(entry);
    }
    Device device = Device.NONE;
    if (entry.type() == EntryType.CHARACTER_DEVICE) {
      device = rules.harmlessDevice(entry);
    }
    claim(entry, name);
    return new AciEntry(name, entry.type(), rules.attributes(entry), link, device, entry.size());
  }

  private void claim(TarEntry entry, RawName name) {
    Place kind = placeOf(entry.type());
    Place before = seen.put(name, kind);
    if (before == null) {
      countName(name, entry.name());
    } else if (before != Place.IMPLIED_DIRECTORY) {
      throw refusal.because("duplicate file entry in archive", entry.name());
    } else if (kind != Place.DIRECTORY) {
      throw refusal.because(
          "earlier entries lie beneath it, but it is not a directory", entry.name());
    }
  }

  /** A second name of a regular file is as good a target of a hard link as the first. */
  private static Place placeOf(EntryType type) {
    return switch (type) {
      case DIRECTORY -> Place.DIRECTORY;
      case REGULAR, HARD_LINK -> Place.REGULAR;
      case SYMLINK, CHARACTER_DEVICE, FIFO -> Place.OTHER;
    };
  }

  private void claimParents(RawName name, RawName raw) {
    if (name.isEmpty()) {
      return;
    }
    RawName parent = name.parent();
    if (parent.equals(lastParent) && seen.containsKey(parent)) {
      return;
    }
    lastParent = parent;
    while (true) {
      Place kind = seen.get(parent);
      if (kind == null) {
        seen.put(parent, Place.IMPLIED_DIRECTORY);
        countName(parent, raw);
      } else if (kind != Place.IMPLIED_DIRECTORY && kind != Place.DIRECTORY) {
        throw refusal.because("parent \"" + parent + "\" is not a directory", raw);
      } else {
        return; // its own parents were checked when it was entered
      }
      if (parent.isEmpty()) {
        return;
      }
      parent = parent.parent();
    }
  }

  private void countName(RawName name, RawName raw) {
    nameBytes += name.length() + MEMORY_PER_NAME;
    if (nameBytes > limits.nameTableBytes()) {
      throw refusal.because("names take more than " + limits.nameTableBytes() + " bytes", raw);
    }
  }

  private RawName hardLinkTarget(TarEntry entry) {
    RawName target = rules.clean(entry.link(), entry.name());
    if (!target.startsWithAscii(ROOTFS + "/")) {
      throw refusal.because("hard link leaves rootfs", entry.name());
    }
    RawName below = target.from(ROOTFS.length() + 1);
    Place kind = seen.get(below);
    if (kind != Place.REGULAR) {
      throw refusal.because(
          "hard link's target \"" + entry.link() + "\" is not an earlier regular file",
          entry.name());
    }
    return below;
  }

  private void requireDirectory(TarEntry entry, String otherwise) {
    if (entry.type() != EntryType.DIRECTORY) {
      throw refusal.because(otherwise, entry.name());
    }
  }
}
