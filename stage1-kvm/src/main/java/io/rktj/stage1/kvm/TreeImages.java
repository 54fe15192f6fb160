// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import io.rktj.linux.DirectoryLock;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.pod.HostException;
import io.rktj.stage1.Notices;
import io.rktj.stage1.PreparedApp;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * Rendered trees as read-only disk images (erofs), made once per tree beside it, so that an image
 * goes when its tree goes; of a pod's own copy of a tree, once per pod. One that is not whole, as a
 * crash of the host or a full disk may leave it, is made again.
 */
final class TreeImages {
  static final String MAKER = "/usr/bin/mkfs.erofs";
  private static final String FILE = "image.erofs";

  /** The name until it is whole; at most one is left by a maker that was killed. */
  private static final String UNFINISHED = ".image.tmp";

  /** Where the superblock lies, and fields in it (Linux, {@code fs/erofs/erofs_fs.h}). */
  private static final int SUPERBLOCK = 1024;

  private static final int MAGIC = 0xe0f5e1e2;
  private static final int BLOCK_BITS = 12;
  private static final int BLOCKS = 36;

  private final Kernel kernel;
  private final Notices notices;

  TreeImages(Kernel kernel, Notices notices) {
    this.kernel = kernel;
    this.notices = notices;
  }

  /** The image of the tree of {@code app}. */
  Path of(PreparedApp app) {
    Path tree = Path.of(app.treeRootfs());
    Path place = tree.resolveSibling(FILE);
    if (isWhole(place)) {
      return place;
    }
    try {
      DirectoryLock maker = DirectoryLock.exclusive(kernel, String.valueOf(tree.getParent()));
      try {
        if (!isWhole(place)) {
          notices.note("kvm: making a disk of tree " + app.treeId());
          make(tree, place);
        }
      } finally {
        maker.close();
      }
      return place;
    } catch (IOException e) {
      throw new HostException("stage1: cannot make \"" + place + "\"", e);
    }
  }

  private void make(Path tree, Path place) throws IOException {
    Path made = tree.resolveSibling(UNFINISHED);
    Files.deleteIfExists(made);
    try {
      HostCommand.run(new File("/"), List.of(MAKER, "--quiet", made.toString(), tree.toString()));
      Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("r--r--r--"));
      toDisk(made, Open.O_RDONLY);
      Files.move(made, place, StandardCopyOption.ATOMIC_MOVE);
      toDisk(place.resolveSibling("."), Open.O_RDONLY | Open.O_DIRECTORY);
    } finally {
      Files.deleteIfExists(made); // unless it has its name by now
    }
  }

  private void toDisk(Path file, int flags) throws ErrnoException {
    try (Fd open = kernel.open(file.toString(), flags, 0)) {
      kernel.fsync(open.number());
    }
  }

  /** Whether there is a file as long as its superblock says. */
  private static boolean isWhole(Path image) {
    byte[] superblock = new byte[BLOCKS + 4];
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "r")) {
      file.seek(SUPERBLOCK);
      file.readFully(superblock);
      long blocks = Bits.number(superblock, BLOCKS) & 0xffffffffL;
      return Bits.number(superblock, 0) == MAGIC
          && file.length() >= blocks << superblock[BLOCK_BITS];
    } catch (IOException e) {
      return false; // none there, or one cut short
    }
  }
}
