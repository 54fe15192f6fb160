// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import io.rktj.linux.AtomicFile;
import io.rktj.linux.DirectoryLock;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.linux.TreeRemover;
import io.rktj.pod.HostException;
import io.rktj.pod.PodLayout;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;

/**
 * What machines need and pods share, below {@code DIR/kvm}: kernels by the hash of what they came
 * in, initial root file systems by kernel, drivers and pod-init, and the verdict on this host's
 * virtualisation. Every file appears whole, by a rename.
 *
 * <pre>{@code
 * kvm/kernels/SHA256/{vmlinux,drivers,version,copyright}   kvm/package   kvm/{verdict,clock,monitor}
 * kvm/known/HASH: which of them a file holds   kvm/initrd/SHA256-DRIVERS-POD-INIT   kvm/{lock,tmp}
 * kvm/templates/HASH/{memory,state,words,kernel,boot,broken}
 * }</pre>
 *
 * <p>Who uses it holds a shared lock of {@code lock} until his pod names what it uses; who removes
 * from it holds an exclusive one.
 */
final class MachineCache {
  private static final String LOCK = "lock";

  private final Kernel kernel;
  private final Path root;

  MachineCache(Kernel kernel, Path data) {
    this.kernel = kernel;
    root = data.resolve("kvm");
  }

  /** The data directory that a pod is in, as {@code DIR/pods/run/UUID}. */
  static Path data(PodLayout layout) {
    return layout.directory().resolve("../../..").normalize();
  }

  /** Keeps others from removing what is in use. */
  DirectoryLock use() {
    try {
      return DirectoryLock.shared(kernel, directory(LOCK).toString());
    } catch (ErrnoException e) {
      throw new HostException("stage1: cannot lock \"" + root + "\"", e);
    }
  }

  /** The right to remove; nothing while somebody uses the cache, or where there is none. */
  Optional<DirectoryLock> alone() {
    try {
      return Files.isDirectory(root.resolve(LOCK))
          ? DirectoryLock.tryExclusive(kernel, root.resolve(LOCK).toString())
          : Optional.empty();
    } catch (ErrnoException e) {
      throw new HostException("stage1: cannot lock \"" + root + "\"", e);
    }
  }

  /** The names of what is in a directory of the cache. */
  List<String> names(String directory) {
    String[] names = root.resolve(directory).toFile().list();
    return names == null ? List.of() : List.of(names);
  }

  /** Removes a file or a directory with all that is in it. */
  void remove(String name) {
    try {
      TreeRemover.remove(kernel, root.resolve(name).toString());
    } catch (ErrnoException e) {
      throw new HostException("stage1: cannot remove \"" + root.resolve(name) + "\"", e);
    }
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
      return name.isEmpty() ? root : Files.createDirectories(root.resolve(name));
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

  /** What a note says; nothing if there is none, or none that we can have written. */
  Optional<String> text(String name) {
    try {
      return Optional.of(Files.readString(root.resolve(name)).strip());
    } catch (NoSuchFileException | CharacterCodingException e) {
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

  /** This boot of the host. */
  static String bootId() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    } catch (IOException e) {
      throw new HostException("stage1: cannot tell this boot of the host from others", e);
    }
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
