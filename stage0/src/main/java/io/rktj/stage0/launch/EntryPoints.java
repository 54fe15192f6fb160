// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.FileStatus;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.stage1.Stage1Exception;
import java.util.Optional;

/**
 * The programs behind the entry points of a stage1 image. They run on the host, so they are taken
 * from the store's tree only, never from a pod's root, which the pod may have changed; links among
 * them are followed inside the tree. Differs from rkt, which runs {@code gc} from the pod's root.
 */
final class EntryPoints {
  private final Kernel kernel;
  private final Stage1Image image;

  EntryPoints(Kernel kernel, Stage1Image image) {
    this.kernel = kernel;
    this.image = image;
  }

  boolean has(String entry) {
    return image.entryPoint(entry).isPresent();
  }

  /** Where the entry point lies in the image. */
  String path(String entry) {
    Optional<String> path = image.entryPoint(entry);
    if (path.isEmpty()) {
      throw new Stage1Exception(
          "error determining '" + entry + "' entrypoint",
          new Stage1Exception("entrypoint \"" + entry + "\" not found"));
    }
    return path.get();
  }

  /** Absolute path of the program, without links. */
  String program(String entry) {
    String path = path(entry);
    try (Fd root = kernel.open(image.treeRootfs(), Open.O_PATH | Open.O_DIRECTORY, 0);
        Fd file = kernel.openInRoot(root.number(), path.getBytes(UTF_8), Open.O_PATH, 0)) {
      FileStatus status = kernel.stat(file.number());
      if (!status.isRegular() || (status.mode() & 0111) == 0) {
        throw new Stage1Exception(cannotRun(entry, path) + ": it is not a program");
      }
      String place = name(root);
      String program = name(file);
      if (!program.startsWith(place + "/")) {
        throw new Stage1Exception(cannotRun(entry, path) + ": it lies outside of the image");
      }
      return program;
    } catch (ErrnoException e) {
      throw new Stage1Exception(cannotRun(entry, path), e);
    }
  }

  private String cannotRun(String entry, String path) {
    return "cannot run entrypoint \""
        + entry
        + "\" (\""
        + path
        + "\") of stage1 image \""
        + image.name()
        + "\"";
  }

  private String name(Fd fd) throws ErrnoException {
    byte[] link = Kernel.path("/proc/self/fd/" + fd.number());
    return new String(kernel.readlinkAt(Fd.AT_FDCWD, link), UTF_8);
  }
}
