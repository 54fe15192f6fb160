// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import io.rktj.linux.AtomicFile;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.pod.HostException;
import io.rktj.pod.PodLayout;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/**
 * What machines need and pods share, below {@code DIR/kvm}: kernels by the hash of what they came
 * in, initial root file systems by the hash of their content, the image of each rendered tree by
 * the tree's name, and the verdict on this host's virtualisation. Every file appears whole, by a
 * rename.
 *
 * <pre>{@code
 * kvm/kernels/SHA256/{vmlinux,modules,version,copyright}   kvm/package   kvm/verdict
 * kvm/initrd/SHA256   kvm/trees/TREE.erofs
 * }</pre>
 */
final class MachineCache {
  private final Kernel kernel;
  private final Path root;

  MachineCache(Kernel kernel, PodLayout layout) {
    this.kernel = kernel;
    // DIR/pods/run/UUID
    root = layout.directory().resolve("../../../kvm").normalize();
  }

  Path at(String name) {
    return root.resolve(name);
  }

  /** A directory of the cache, made if missing; nobody but root may look into the cache. */
  Path directory(String name) {
    try {
      if (!Files.isDirectory(root)) {
        Files.createDirectories(root);
        Files.setPosixFilePermissions(
            root, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
      }
      return Files.createDirectories(root.resolve(name));
    } catch (IOException e) {
      throw new HostException("stage1: cannot make \"" + root.resolve(name) + "\"", e);
    }
  }

  /** A new empty directory for something that is being made, on the cache's file system. */
  Path work() {
    try {
      return Files.createTempDirectory(directory("tmp"), "");
    } catch (IOException e) {
      throw new HostException("stage1: cannot make a directory below \"" + root + "\"", e);
    }
  }

  Optional<String> text(String name) {
    try {
      return Optional.of(Files.readString(root.resolve(name)).strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new HostException("stage1: cannot read \"" + root.resolve(name) + "\"", e);
    }
  }

  void write(String name, byte[] content) {
    try {
      AtomicFile.write(kernel, root.resolve(name).toString(), content, 0444);
    } catch (ErrnoException e) {
      throw new HostException("stage1: cannot write \"" + root.resolve(name) + "\"", e);
    }
  }

  void write(String name, String text) {
    write(name, (text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  static String sha256(byte[]... contents) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] content : contents) {
        digest.update(content);
      }
      String digits = new BigInteger(1, digest.digest()).toString(16);
      return "0".repeat(64 - digits.length()) + digits;
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
