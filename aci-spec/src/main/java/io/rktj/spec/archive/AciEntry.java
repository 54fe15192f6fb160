// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import java.util.List;

/**
 * One file of an image's root file system, checked: the name is relative to {@code rootfs}, without
 * empty, {@code .} or {@code ..} components, and none of its parents is anything but a directory.
 *
 * @param name the name below {@code rootfs}, no slash first or last; empty for {@code rootfs}
 * @param type what it is
 * @param attributes who owns it and what may be done with it
 * @param link a symbolic link's target as written, or a hard link's target below {@code rootfs};
 *     empty for everything else
 * @param device the numbers of a device; {@link Device#NONE} for everything else
 * @param size bytes of content of a regular file, holes included; 0 for everything else
 */
public record AciEntry(
    RawName name, EntryType type, Attributes attributes, RawName link, Device device, long size) {

  /**
   * Owner, mode, time and extended attributes.
   *
   * @param mode permission bits with set-user-id, set-group-id and sticky, at most 07777
   * @param uid the owner, an unsigned number of 32 bits but not 2^32-1
   * @param gid the group, likewise
   * @param mtimeSeconds time of last change in seconds since 1970, negative before
   * @param mtimeNanos nanoseconds to add, 0 to 999999999
   * @param xattrs extended attributes, of regular files and directories only
   */
  public record Attributes(
      int mode,
      int uid,
      int gid,
      long mtimeSeconds,
      int mtimeNanos,
      List<ExtendedAttribute> xattrs) {
    /** Copies its list. */
    public Attributes {
      xattrs = List.copyOf(xattrs);
    }
  }

  /** Major and minor number of a device. */
  public record Device(int major, int minor) {
    /** Not a device. */
    public static final Device NONE = new Device(0, 0);
  }
}
