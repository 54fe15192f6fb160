// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import io.rktj.pod.HostException;
import io.rktj.stage1.Notices;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage2.PodInit;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Kernels for machines. The usual one is Debian's cloud kernel, fetched as a package by apt, which
 * verifies it by the distribution's signature, and unpacked here; nothing is installed on the host.
 */
final class GuestKernels {
  private static final String PACKAGE = "linux-image-cloud-amd64";

  private final MachineCache cache;
  private final Notices notices;

  /** What a machine starts. */
  record GuestKernel(Path kernel, Path initrd, String version) {}

  GuestKernels(MachineCache cache, Notices notices) {
    this.cache = cache;
    this.notices = notices;
  }

  /** The kernel by the word of {@code --kernel}: empty, {@code host}, or a file. */
  GuestKernel find(String word) {
    String id = word.isEmpty() ? packaged() : word.equals("host") ? host() : imported(word);
    String version = cache.text("kernels/" + id + "/version").orElse("?");
    return new GuestKernel(cache.at("kernels/" + id + "/vmlinux"), initrd(id), version);
  }

  private boolean isComplete(String id) {
    return Files.isReadable(cache.at("kernels/" + id + "/version"));
  }

  private String packaged() {
    Optional<String> known = cache.text("package");
    if (known.isPresent() && isComplete(known.get())) {
      return known.get();
    }
    notices.warn("kvm: fetching a kernel for machines, package " + PACKAGE);
    Path work = cache.work();
    String name = dependency();
    try {
      HostCommand.run(
          work.toFile(),
          List.of("apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", name));
    } catch (HostException e) {
      throw new Stage1Exception(
          "stage1: cannot fetch a kernel for machines",
          "apt-get update, or give one: --kernel=FILE.deb",
          e);
    }
    String id = unpackPackage(only(work, ".deb"));
    cache.write("package", id);
    remove(work);
    return id;
  }

  /** The package that the collective one stands for now. */
  private static String dependency() {
    String[] lines =
        HostCommand.run(new File("/"), List.of("apt-cache", "depends", PACKAGE)).split("\n", -1);
    for (String line : lines) {
      String text = line.strip();
      if (text.startsWith("Depends: linux-image-")) {
        return text.substring("Depends: ".length());
      }
    }
    throw new Stage1Exception(
        "stage1: cannot fetch a kernel for machines: package " + PACKAGE + " is not known",
        "apt-get update, or give one: --kernel=FILE.deb",
        null);
  }

  private String imported(String word) {
    Path file = Path.of(word);
    if (!Files.isReadable(file)) {
      throw new Stage1Exception("stage1: cannot use kernel \"" + word + "\": no such file");
    }
    if (word.endsWith(".deb")) {
      return unpackPackage(file);
    }
    return store(file, Path.of("/nonexistent"), String.valueOf(file.getFileName()));
  }

  private String host() {
    String release = System.getProperty("os.version", "");
    Path file = Path.of("/boot/vmlinuz-" + release);
    if (!Files.isReadable(file)) {
      throw new Stage1Exception("stage1: this host has no kernel file \"" + file + "\"");
    }
    return store(file, Path.of("/lib/modules/" + release), release);
  }

  private String unpackPackage(Path file) {
    String id;
    try {
      id = MachineCache.sha256(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new HostException("stage1: cannot read \"" + file + "\"", e);
    }
    if (isComplete(id)) {
      return id;
    }
    Path work = cache.work();
    HostCommand.run(
        new File("/"),
        List.of("dpkg-deb", "-x", file.toAbsolutePath().toString(), work.toString()));
    Path image = only(work.resolve("boot"), "");
    String version = String.valueOf(image.getFileName()).substring("vmlinuz-".length());
    Path copyright = work.resolve("usr/share/doc/linux-image-" + version + "/copyright");
    publish(id, image, work.resolve("lib/modules"), version, copyright);
    remove(work);
    return id;
  }

  private String store(Path image, Path modules, String version) {
    try {
      String id = MachineCache.sha256(Files.readAllBytes(image));
      if (!isComplete(id)) {
        publish(id, image, modules, version, Path.of("/nonexistent"));
      }
      return id;
    } catch (IOException e) {
      throw new HostException("stage1: cannot read \"" + image + "\"", e);
    }
  }

  /** The file {@code version} comes last, and says that the rest is whole. */
  private void publish(String id, Path image, Path modules, String version, Path copyright) {
    String directory = "kernels/" + id;
    cache.directory(directory + "/modules");
    try {
      cache.write(directory + "/vmlinux", KernelFile.uncompressed(Files.readAllBytes(image)));
      List<byte[]> drivers = Files.isDirectory(modules) ? DriverSet.from(modules) : List.of();
      for (int i = 0; i < drivers.size(); i++) {
        cache.write(directory + "/modules/" + (i < 10 ? "0" : "") + i, drivers.get(i));
      }
      if (Files.isReadable(copyright)) {
        cache.write(directory + "/copyright", Files.readAllBytes(copyright));
      }
      cache.write(directory + "/version", version);
    } catch (IOException e) {
      throw new HostException("stage1: cannot use kernel \"" + image + "\"", e);
    }
  }

  /** Made anew when pod-init or the kernel are other ones; told by their size and time. */
  private Path initrd(String id) {
    File init = new File(PodInit.path());
    String name = "initrd/" + id.substring(0, 24) + "-" + init.length() + "-" + init.lastModified();
    Path file = cache.at(name);
    if (Files.isReadable(file)) {
      return file;
    }
    cache.directory("initrd");
    try (Stream<Path> listed = Files.list(cache.at("kernels/" + id + "/modules"))) {
      List<byte[]> drivers = new ArrayList<>();
      for (Path driver : listed.sorted().toList()) {
        drivers.add(Files.readAllBytes(driver));
      }
      cache.write(name, Initramfs.of(Files.readAllBytes(init.toPath()), drivers));
      return file;
    } catch (IOException e) {
      throw new HostException("stage1: cannot make \"" + file + "\"", e);
    }
  }

  private static Path only(Path directory, String suffix) {
    try (Stream<Path> listed = Files.list(directory)) {
      for (Path file : listed.sorted().toList()) {
        String name = String.valueOf(file.getFileName());
        if (suffix.isEmpty() ? name.startsWith("vmlinuz-") : name.endsWith(suffix)) {
          return file;
        }
      }
    } catch (IOException e) {
      throw new HostException("stage1: cannot look into \"" + directory + "\"", e);
    }
    throw new HostException("stage1: a package without a kernel", null);
  }

  private static void remove(Path work) {
    try (Stream<Path> below = Files.walk(work)) {
      for (Path path : below.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new HostException("stage1: cannot remove \"" + work + "\"", e);
    }
  }
}
