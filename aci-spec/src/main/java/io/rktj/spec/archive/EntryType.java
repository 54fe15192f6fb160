// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

/** What an entry of an image is; other kinds never leave the reader. */
public enum EntryType {
  /** A regular file; its content follows. */
  REGULAR,
  /** A directory. */
  DIRECTORY,
  /** Another name of a regular file that came earlier in the same image. */
  HARD_LINK,
  /** A symbolic link, kept as it is written and never followed by the reader. */
  SYMLINK,
  /** One of the few harmless character devices. */
  CHARACTER_DEVICE,
  /** A named pipe. */
  FIFO
}
