// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.tree;

/**
 * A root file system in the tree cache, complete and flushed, shared by all pods and written by
 * none. Only a {@link TreeStore} makes one.
 */
public final class RenderedTree {
  private final String id;
  private final String directory;
  private final long size;

  RenderedTree(String id, String directory, long size) {
    this.id = id;
    this.directory = directory;
    this.size = size;
  }

  /** Names the tree in the cache; a clean file name. */
  public String id() {
    return id;
  }

  /** Absolute path of the root file system. */
  public String rootfs() {
    return directory + "/rootfs";
  }

  /** Bytes of all regular files in it. */
  public long size() {
    return size;
  }

  @Override
  public String toString() {
    return id;
  }
}
