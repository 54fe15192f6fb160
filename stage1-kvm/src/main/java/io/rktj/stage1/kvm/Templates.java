// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import io.rktj.pod.HostException;
import io.rktj.stage1.Notices;
import io.rktj.stage1.plan.Bytes;
import io.rktj.stage1.plan.CgroupPlan;
import io.rktj.stage2.MachinePlan;
import io.rktj.stage2.PodInit;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Machines that have booted up to the point where they wait for a pod, kept as files: the memory,
 * which every copy shares until it writes, and the rest of the state. A template knows nothing of
 * any pod: it has no disk, no network card, no volume, and was told no plan. It is made by the
 * first run that has none, and is named by everything that it depends on: the monitor, its command
 * line (memory, processors, the kernel's words), the kernel, the initial root with pod-init, and
 * this boot of the host.
 *
 * <p>One that cannot be made, or whose copy has not come to life, is marked as broken: from then on
 * machines of its kind boot, until it is removed.
 */
final class Templates {
  private static final String DIRECTORY = "templates";
  private static final String BROKEN = "broken";
  private static final Duration UNUSED = Duration.ofDays(1);

  private final MachineCache cache;
  private final Notices notices;
  private final int bootSeconds;

  /**
   * The templates of a cache.
   *
   * @param bootSeconds until one that is being made must have come to life; 0 for as many as usual
   */
  Templates(MachineCache cache, Notices notices, int bootSeconds) {
    this.cache = cache;
    this.notices = notices;
    this.bootSeconds = bootSeconds;
  }

  /** The directory of the template for machines like {@code bare}, made if there is none. */
  Optional<Path> of(QemuCommand bare, String mode, String kernel) {
    String words = String.join("\0", bare.template(mode, 0, Path.of("/")).command());
    String key =
        words + "\0" + kernel + "\0" + bare.initrd().getFileName() + "\0" + MonitorFiles.key();
    String name =
        DIRECTORY
            + "/"
            + MachineCache.sha256(
                (key + "\0" + MachineCache.bootId()).getBytes(StandardCharsets.UTF_8));
    if (!Files.exists(cache.at(name))) {
      cache.directory(DIRECTORY);
      make(bare, mode, kernel, name);
    }
    if (Files.exists(cache.at(name + "/" + BROKEN))) {
      notices.note("kvm: this kind of machine boots, for its template is broken");
      return Optional.empty();
    }
    used(cache.at(name));
    return Optional.of(cache.at(name));
  }

  /** What becomes of a template whose copy has not come to life. */
  static MachinePlan.Failure failure(Path template) {
    return new MachinePlan.Failure(
        template.resolve(BROKEN).toString(),
        "a copy has not come to life",
        "a copy of a booted machine has failed; the machine boots instead");
  }

  private void make(QemuCommand bare, String mode, String kernel, String name) {
    notices.note("kvm: booting a machine to copy");
    Path work = cache.work();
    String made = "tmp/" + work.getFileName();
    try {
      Files.createDirectory(work.resolve("root"));
      boot(bare, mode, work);
      Files.delete(work.resolve("root"));
    } catch (IOException | HostException e) {
      notices.warn("kvm: cannot make a template of machines, they boot one by one: " + told(e));
      cache.remove(made);
      cache.directory(made);
      cache.write(made + "/" + BROKEN, "cannot be made");
    }
    cache.write(made + "/words", String.join("\n", bare.template(mode, 0, Path.of("/")).command()));
    cache.write(made + "/kernel", kernel);
    cache.write(made + "/boot", MachineCache.bootId());
    if (!work.toFile().renameTo(cache.at(name).toFile())) {
      cache.remove(made); // somebody else was faster
    }
  }

  private static String told(Exception e) {
    Throwable cause = e.getCause();
    return cause == null ? String.valueOf(e.getMessage()) : String.valueOf(cause.getMessage());
  }

  private void boot(QemuCommand bare, String mode, Path work) {
    MachinePlan plan =
        new MachinePlan(
            Bytes.EMPTY,
            new MachinePlan.GuestSetup(List.of(), List.of(), List.of(), ""),
            CgroupPlan.NONE,
            0,
            "",
            List.of(),
            List.of(),
            bare.jail(mode.equals("kvm"), new MonitorFiles(cache).paths()),
            List.of(),
            List.of(),
            "",
            List.of(bare.template(mode, bootSeconds, work)));
    HostCommand.run(
        new File("/"),
        List.of(PodInit.path(), "template", work.resolve("root").toString()),
        plan.write());
  }

  private static void used(Path template) {
    try {
      Files.setLastModifiedTime(template, FileTime.from(Instant.now()));
    } catch (IOException e) {
      throw new HostException("stage1: cannot use \"" + template + "\"", e);
    }
  }

  /** Removes those of other boots, of kernels not in {@code kept}, broken ones, and unused ones. */
  void removeAllBut(Set<String> kept) {
    Instant recent = Instant.now().minus(UNUSED);
    for (String name : cache.names(DIRECTORY)) {
      String template = DIRECTORY + "/" + name;
      boolean good =
          cache.text(template + "/boot").orElse("").equals(MachineCache.bootId())
              && kept.contains(cache.text(template + "/kernel").orElse(""))
              && !Files.exists(cache.at(template + "/" + BROKEN))
              && cache.at(template).toFile().lastModified() > recent.toEpochMilli();
      if (!good) {
        cache.remove(template);
      }
    }
  }
}
