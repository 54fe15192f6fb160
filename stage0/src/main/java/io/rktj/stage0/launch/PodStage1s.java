// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.linux.SmallFiles;
import io.rktj.pod.HostException;
import io.rktj.pod.PodLayout;
import io.rktj.pod.PodStateException;
import io.rktj.spec.json.ImageManifestJson;
import io.rktj.stage1.Stage1;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finds the stage1 of any pod: the image that the pod was prepared with, or else the built-in
 * flavour that it names. The image need not be in the store any more; its tree must.
 */
public final class PodStage1s implements Stage1Finder {
  private static final int LARGEST = 4 << 20;

  private final Kernel kernel;
  private final Trees trees;

  /** Where rendered trees lie. */
  public interface Trees {
    /** The root of the tree called {@code id}, if it is there. */
    Optional<String> rootfs(String id);
  }

  /** Looks for trees in {@code trees}, if a pod's stage1 came as an image. */
  public PodStage1s(Kernel kernel, Trees trees) {
    this.kernel = kernel;
    this.trees = trees;
  }

  @Override
  public Optional<Stage1> find(PodLayout layout) {
    String id;
    try {
      id = new String(read(layout.stage1TreeStoreId()), UTF_8).strip();
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return BUILT_IN.find(layout);
      }
      throw new HostException("cannot read \"" + layout.stage1TreeStoreId() + "\"", e);
    }
    Optional<String> tree = trees.rootfs(id);
    if (tree.isEmpty()) {
      throw new PodStateException(
          "tree \"" + id + "\" of stage1 is gone from the store: it cannot be run any more");
    }
    return Optional.of(image(layout, id, tree.get()));
  }

  private Stage1 image(PodLayout layout, String id, String tree) {
    Path file = layout.stage1Manifest();
    try {
      return new ImageStage1(
          kernel, new Stage1Image(ImageManifestJson.read(read(file), file.toString()), id, tree));
    } catch (ErrnoException e) {
      throw new HostException("cannot read \"" + file + "\"", e);
    }
  }

  private byte[] read(Path file) throws ErrnoException {
    return SmallFiles.read(kernel, file.toString(), LARGEST);
  }
}
