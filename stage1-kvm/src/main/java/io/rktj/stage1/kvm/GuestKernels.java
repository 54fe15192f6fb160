// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import io.rktj.pod.HostException;
import io.rktj.stage1.Notices;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage2.PodInit;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

  /** Whether the kernel of a word is in the cache already. */
  boolean isReady(String word) {
    return known(word).isPresent();
  }

  /**
   * The kernel by the word of {@code --kernel}: nothing or {@code package}, {@code host}, or a
   * file. Its name in the cache.
   */
  String find(String word) {
    Optional<String> known = known(word);
    if (known.isPresent()) {
      return known.get();
    }
    if (isPackage(word)) {
      return packaged();
    }
    Path file = file(word);
    if (!Files.isReadable(file)) {
      throw new Stage1Exception(
          word.equals("host")
              ? "stage1: this host has no kernel file \"" + file + "\""
              : "stage1: cannot use kernel \"" + word + "\": no such file");
    }
    String id =
        word.endsWith(".deb")
            ? unpackPackage(file)
            : word.equals("host")
                ? store(file, Path.of("/lib/modules/" + release()), release())
                : store(file, Path.of("/nonexistent"), String.valueOf(file.getFileName()));
    cache.directory("known");
    cache.write(nameOf(file), id);
    return id;
  }

  /** The kernel, and the initial root with the drivers of {@code groups}. */
  GuestKernel with(String id, List<DriverSet.Group> groups) {
    return kernel(id, groups, false);
  }

  /** The kernel, and the initial root of templates: with all drivers, and places for devices. */
  GuestKernel forTemplate(String id) {
    return kernel(id, List.of(DriverSet.Group.values()), true);
  }

  private GuestKernel kernel(String id, List<DriverSet.Group> groups, boolean template) {
    String version = cache.text("kernels/" + id + "/version").orElse("?");
    Path file = cache.at("kernels/" + id + "/vmlinux");
    return new GuestKernel(file, initrd(id, groups, template), version);
  }

  private Optional<String> known(String word) {
    Optional<String> id = cache.text(isPackage(word) ? "package" : nameOf(file(word)));
    return id.isPresent() && isComplete(id.get()) ? id : Optional.empty();
  }

  private static boolean isPackage(String word) {
    return word.isEmpty() || word.equals("package");
  }

  private static Path file(String word) {
    return word.equals("host")
        ? Path.of("/boot/vmlinuz-" + release())
        : Path.of(word).toAbsolutePath();
  }

  private static String release() {
    return System.getProperty("os.version", "");
  }

  /** Where it is noted which kernel a file holds, for as long as it is the same file. */
  private static String nameOf(Path path) {
    File file = path.toFile();
    String state = path + " " + file.length() + " " + file.lastModified();
    return "known/" + MachineCache.sha256(state.getBytes(StandardCharsets.UTF_8));
  }

  private boolean isComplete(String id) {
    return Files.isReadable(cache.at("kernels/" + id + "/version"))
        && Files.isReadable(cache.at("kernels/" + id + "/vmlinux"))
        && Files.isDirectory(cache.at("kernels/" + id + "/drivers"));
  }

  private String packaged() {
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
    cache.remove("tmp/" + work.getFileName());
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
    cache.remove("tmp/" + work.getFileName());
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
    cache.directory(directory + "/drivers");
    try {
      cache.write(directory + "/vmlinux", KernelFile.uncompressed(Files.readAllBytes(image)));
      if (Files.isDirectory(modules)) {
        for (Map.Entry<DriverSet.Group, List<byte[]>> group : DriverSet.from(modules).entrySet()) {
          for (int i = 0; i < group.getValue().size(); i++) {
            String file = group.getKey().file(i);
            cache.write(directory + "/drivers/" + file, group.getValue().get(i));
          }
        }
      }
      if (Files.isReadable(copyright)) {
        cache.write(directory + "/copyright", Files.readAllBytes(copyright));
      }
      cache.write(directory + "/version", version);
    } catch (IOException e) {
      throw new HostException("stage1: cannot use kernel \"" + image + "\"", e);
    }
  }

  /** Made anew when pod-init or the kernel are other ones; pod-init is told by size and time. */
  private Path initrd(String id, List<DriverSet.Group> groups, boolean template) {
    StringBuilder digits = new StringBuilder();
    for (DriverSet.Group group : groups) {
      digits.append(group.digit());
    }
    String prefixes = digits.toString();
    String name = "initrd/" + id + "-" + prefixes + (template ? "t" : "") + initStamp();
    Path file = cache.at(name);
    if (Files.isReadable(file)) {
      return file;
    }
    cache.directory("initrd");
    try (Stream<Path> listed = Files.list(cache.at("kernels/" + id + "/drivers"))) {
      List<byte[]> drivers = new ArrayList<>();
      for (Path driver : listed.sorted().toList()) {
        if (prefixes.indexOf(String.valueOf(driver.getFileName()).charAt(0)) >= 0) {
          drivers.add(Files.readAllBytes(driver));
        }
      }
      byte[] init = Files.readAllBytes(Path.of(PodInit.path()));
      cache.write(
          name, template ? Initramfs.ofTemplate(init, drivers) : Initramfs.of(init, drivers));
      return file;
    } catch (IOException e) {
      throw new HostException("stage1: cannot make \"" + file + "\"", e);
    }
  }

  /** How names of initial roots end that hold the pod-init of now. */
  private static String initStamp() {
    File init = new File(PodInit.path());
    return "-" + init.length() + "-" + init.lastModified();
  }

  /**
   * Removes kernels that no pod in {@code used} names and that are not the usual one, initial roots
   * of these or of another pod-init, and what a killed process left behind.
   */
  void removeAllBut(Set<String> used) {
    Set<String> kept = new HashSet<>(used);
    cache.text("package").ifPresent(kept::add);
    new Templates(cache, notices, 0).removeAllBut(kept);
    for (String id : cache.names("kernels")) {
      if (!kept.contains(id)) {
        cache.remove("kernels/" + id);
      }
    }
    for (String initrd : cache.names("initrd")) {
      int dash = initrd.indexOf('-');
      if (!initrd.endsWith(initStamp()) || !kept.contains(initrd.substring(0, Math.max(0, dash)))) {
        cache.remove("initrd/" + initrd);
      }
    }
    for (String note : cache.names("known")) {
      if (!kept.contains(cache.text("known/" + note).orElse(""))) {
        cache.remove("known/" + note);
      }
    }
    for (String work : cache.names("tmp")) {
      cache.remove("tmp/" + work);
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
}
