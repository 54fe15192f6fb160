// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import io.rktj.pod.HostException;
import io.rktj.stage1.Notices;
import io.rktj.stage1.PreparedApp;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Rendered trees as read-only disk images (erofs), made once per tree beside it, so that an image
 * goes when its tree goes; of a pod's own copy of a tree, once per pod.
 */
final class TreeImages {
  private static final String MAKER = "/usr/bin/mkfs.erofs";
  private static final String SUFFIX = "/image.erofs";

  private final Notices notices;

  TreeImages(Notices notices) {
    this.notices = notices;
  }

  /** The image of the tree of {@code app}. */
  Path of(PreparedApp app) {
    Path tree = Path.of(app.treeRootfs());
    Path image = Path.of(tree.getParent() + SUFFIX);
    if (Files.isReadable(image)) {
      return image;
    }
    notices.note("kvm: making a disk of tree " + app.treeId());
    try {
      Path made = Files.createTempFile(tree.getParent(), ".image", ".tmp");
      try {
        HostCommand.run(new File("/"), List.of(MAKER, "--quiet", made.toString(), tree.toString()));
        Files.setPosixFilePermissions(
            made, java.nio.file.attribute.PosixFilePermissions.fromString("r--r--r--"));
        return Files.move(made, image, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(made); // unless it has its name by now
      }
    } catch (IOException e) {
      throw new HostException("stage1: cannot make \"" + image + "\"", e);
    }
  }
}
