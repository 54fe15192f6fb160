// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.SmallFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Where the host finds what stage1 has written. A stage1 that came as an image has an overlay for a
 * root, which is mounted in the pod's mount name space only; the host sees its upper layer ({@code
 * spec/rkt-cli.md} section 6.2).
 */
public final class Stage1Root {
  private static final int LARGEST = 4096;

  private Stage1Root() {}

  /** The paths of a pod, with the stage1 root where the host sees it. */
  public static PodLayout find(Kernel kernel, PodLayout layout) {
    String tree;
    try {
      byte[] content = SmallFiles.read(kernel, layout.stage1TreeStoreId().toString(), LARGEST);
      tree = new String(content, StandardCharsets.UTF_8).strip();
      kernel.statAt(Fd.AT_FDCWD, Kernel.path(layout.overlayPrepared().toString()));
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
        return layout;
      }
      throw new HostException("cannot read \"" + layout.stage1TreeStoreId() + "\"", e);
    }
    return onOverlay(layout, tree);
  }

  /** The paths of a pod whose stage1 root is an overlay over the tree called {@code tree}. */
  public static PodLayout onOverlay(PodLayout layout, String tree) {
    if (tree.isEmpty() || tree.startsWith(".") || tree.indexOf('/') >= 0) {
      throw new PodStateException("bad name of a stage1 tree: \"" + tree + "\"");
    }
    return new PodLayout(layout.directory(), upper(layout, tree));
  }

  private static Path upper(PodLayout layout, String tree) {
    return layout.overlay(tree).resolve("upper");
  }
}
