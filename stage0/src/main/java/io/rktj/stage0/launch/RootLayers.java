// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import io.rktj.linux.DirectoryMaker;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.FileStatus;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.pod.PodLayout;
import io.rktj.spec.AcName;
import io.rktj.stage1.PreparedApp;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the roots of a pod whose stage1 came as an image are made of, as the words {@code LAYERS} of
 * pod-init (see {@code image.c}): trees of the store below layers of the pod's own.
 */
final class RootLayers {
  private static final int DIRECTORY_MODE = 0755;

  private final Kernel kernel;
  private final Stage1Image image;

  RootLayers(Kernel kernel, Stage1Image image) {
    this.kernel = kernel;
    this.image = image;
  }

  /** Lower, upper and work directory of the pod's own root, made if missing; empty for a copy. */
  List<String> root(PodLayout layout, boolean overlay) throws ErrnoException {
    if (!overlay) {
      return List.of("", "", "");
    }
    String directory = layout.overlay(image.treeId()).toString();
    return layers(image.treeRootfs(), directory + "/upper", directory + "/work");
  }

  /** The same of an app's root. */
  List<String> app(PodLayout layout, PreparedApp app, boolean overlay) throws ErrnoException {
    if (!overlay) {
      return List.of("", "", "");
    }
    AcName name = app.runtime().name();
    return layers(
        app.treeRootfs(),
        layout.overlayUpper(app.treeId(), name).toString(),
        layout.overlayWork(app.treeId(), name).toString());
  }

  /** The upper layer's own directory is what is seen as /, so it takes after the tree's. */
  private List<String> layers(String lower, String upper, String work) throws ErrnoException {
    boolean isNew = !Files.isDirectory(Path.of(upper));
    DirectoryMaker.make(kernel, upper, DIRECTORY_MODE);
    DirectoryMaker.make(kernel, work, DIRECTORY_MODE);
    if (isNew) {
      try (Fd tree = kernel.open(lower, Open.O_PATH | Open.O_DIRECTORY, 0);
          Fd made = kernel.open(upper, Open.O_RDONLY | Open.O_DIRECTORY | Open.O_NOFOLLOW, 0)) {
        FileStatus root = kernel.stat(tree.number());
        kernel.chownAt(made.number(), new byte[0], root.uid(), root.gid());
        kernel.chmod(made.number(), root.mode() & 07777);
      }
    }
    return List.of(lower, upper, work);
  }
}
