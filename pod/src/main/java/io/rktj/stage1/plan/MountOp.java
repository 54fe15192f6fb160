// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

/**
 * One step in the making of a root file system. Steps run in order. A {@code path} is resolved
 * inside the root being made, links included, and can never leave it; missing parents are made with
 * mode 0755 and owner 0:0. A {@code source} is a path on the host (or, where said so, in the pod's
 * own root), opened before anything of the image is looked at.
 */
public sealed interface MountOp {
  /** Bits for {@code flags}: read-only, no set-id, no devices, no execution, whole subtree. */
  int READ_ONLY = 1;

  /** No set-user-id or set-group-id programs. */
  int NO_SUID = 2;

  /** Device nodes do not work. */
  int NO_DEV = 4;

  /** Nothing may be executed. */
  int NO_EXEC = 8;

  /** With submounts (bind only). */
  int RECURSIVE = 16;

  /** Skip silently if the source is missing (bind) or the path is missing (protect). */
  int OPTIONAL = 32;

  /** Skip silently if something is at the path already (bind, bind from pod). */
  int IF_ABSENT = 64;

  /** The root itself: an overlay of host directories, mounted on the root's own directory. */
  record Overlay(String lower, String upper, String work, boolean isVolatile) implements MountOp {}

  /** The root itself: the directory as it is, bound onto itself. */
  record SelfBind() implements MountOp {}

  /** A host file, directory or device node, seen at {@code path}; the target is made to match. */
  record Bind(String source, String path, int flags) implements MountOp {}

  /** A file or directory of the pod's root (relative name), seen at {@code path}. */
  record BindFromPod(String source, String path, int flags) implements MountOp {}

  /** A new file system of a kernel type ({@code proc}, {@code sysfs}, {@code tmpfs}, ...). */
  record FileSystem(String type, String path, int flags, String data) implements MountOp {}

  /** A directory, made if missing; an existing one is left as it is. */
  record Directory(String path, int mode) implements MountOp {}

  /** A symbolic link, made if nothing is there. */
  record Symlink(String target, String path) implements MountOp {}

  /** A device node: {@code mode} with type bits, {@code device} as in {@code makedev(3)}. */
  record Device(String path, int mode, long device) implements MountOp {}

  /** Makes an existing path read-only by binding it onto itself. */
  record ReadOnly(String path, int flags) implements MountOp {}

  /** Hides an existing path behind an empty file or directory of mode 000. */
  record Mask(String path) implements MountOp {}

  /** The pod's console terminal, seen at {@code path} (a device node in the pod's root). */
  record Console(String path) implements MountOp {}
}
