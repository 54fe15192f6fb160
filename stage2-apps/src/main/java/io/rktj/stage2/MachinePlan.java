// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.stage1.plan.Bytes;
import io.rktj.stage1.plan.CgroupPlan;
import io.rktj.stage1.plan.MountOp;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What {@code pod-init machine} carries out on the host for a pod in a virtual machine: the pod's
 * own plan, which goes into the machine as it is, and everything around it. Encoded as {@link
 * PodInitPlan}:
 *
 * <pre>{@code
 * magic "rktjvmp1" | size of the whole | blob plan of the pod | blob set-up of the guest
 * control groups | mebibytes | text network name space | list of text interfaces, hardware addresses
 * list of operations jail, shares | list of text server | text modeFile
 * list of modes: text name | bootMillis | list of text command
 *                | memory: 0 own, 1 private, 2 copied, 3 made | text memory file, state file
 *                | text file, text, words of its failure
 * }</pre>
 *
 * <p>The set-up of the guest:
 *
 * <pre>{@code
 * list of directories: text path | mode | uid | gid
 * list of files: text path | mode | blob content
 * list of images: text serial, path | text sharesPath, empty for none
 * }</pre>
 *
 * @param pod the pod's plan as {@link PodInitPlan} writes it
 * @param cgroups control groups of the machine's processes on the host
 * @param mebibytes its memory, and so the most that its apps may have left in it
 * @param netns path of the network name space; empty for none
 * @param interfaces its interfaces that go into the machine
 * @param addresses the hardware addresses of the machine's cards, in that order
 * @param jail the root of the machine monitor
 * @param shares the tree that the server of shares serves
 * @param server its command line; empty for no shares
 * @param modeFile absolute path of the file that is told which mode has come to life
 * @param modes ways to run the machine, tried in this order
 */
public record MachinePlan(
    Bytes pod,
    GuestSetup setup,
    CgroupPlan cgroups,
    int mebibytes,
    String netns,
    List<String> interfaces,
    List<String> addresses,
    List<MountOp> jail,
    List<MountOp> shares,
    List<String> server,
    String modeFile,
    List<Mode> modes) {
  private static final byte[] MAGIC = "rktjvmp1".getBytes(StandardCharsets.US_ASCII);

  /** Copies its lists. */
  public MachinePlan {
    interfaces = List.copyOf(interfaces);
    addresses = List.copyOf(addresses);
    jail = List.copyOf(jail);
    shares = List.copyOf(shares);
    server = List.copyOf(server);
    modes = List.copyOf(modes);
  }

  /**
   * A way to run the machine.
   *
   * @param bootMillis until it must have come to life
   */
  public record Mode(
      String name, int bootMillis, List<String> command, Template template, Failure failure) {
    /** Copies its list. */
    public Mode {
      command = List.copyOf(command);
    }
  }

  /** Where the machine's memory comes from; the numbers are those of {@code machine.h}. */
  public enum MemoryUse {
    /** It boots. */
    OWN(0),
    /** It is a copy of a template; what it writes is its own. */
    PRIVATE(1),
    /** As that, but copied at once, for a server of shares sees it, too. */
    COPIED(2),
    /** It becomes a template. */
    MADE(3);

    private final int number;

    MemoryUse(int number) {
      this.number = number;
    }
  }

  /**
   * The machine that this one is a copy of, or becomes.
   *
   * @param memory absolute path of the file of its memory; empty if the machine boots
   * @param state absolute path of the file of everything else
   */
  public record Template(MemoryUse use, String memory, String state) {
    /** Of a machine that boots. */
    public static final Template NONE = new Template(MemoryUse.OWN, "", "");
  }

  /**
   * What is done if a mode has not come to life and another one follows.
   *
   * @param file absolute path of a file that is told
   * @param text what it is told
   * @param words what people are told
   */
  public record Failure(String file, String text, String words) {
    /** Of a last mode. */
    public static final Failure NONE = new Failure("", "", "");
  }

  /** A directory in the guest, with what it must be like. */
  public record Directory(String path, int mode, int uid, int gid) {}

  /** A small file in the guest. */
  public record TextFile(String path, int mode, Bytes content) {}

  /** A disk with a read-only image, known by its serial number. */
  public record Disk(String serial, String path) {}

  /** What the guest must have before the pod's plan can be carried out there. */
  public record GuestSetup(
      List<Directory> directories, List<TextFile> files, List<Disk> disks, String sharesPath) {
    /** Copies its lists. */
    public GuestSetup {
      directories = List.copyOf(directories);
      files = List.copyOf(files);
      disks = List.copyOf(disks);
    }

    byte[] write() {
      PlanBuffer out = new PlanBuffer();
      out.number(directories.size());
      for (Directory directory : directories) {
        out.text(directory.path());
        out.number(directory.mode());
        out.number(directory.uid());
        out.number(directory.gid());
      }
      out.number(files.size());
      for (TextFile file : files) {
        out.text(file.path());
        out.number(file.mode());
        out.blob(file.content().toArray());
      }
      out.number(disks.size());
      for (Disk disk : disks) {
        out.text(disk.serial());
        out.text(disk.path());
      }
      out.text(sharesPath);
      return out.toArray();
    }
  }

  /** The bytes that pod-init reads. */
  public byte[] write() {
    PlanBuffer out = new PlanBuffer();
    out.raw(MAGIC, 0);
    out.number(0);
    out.blob(pod.toArray());
    out.blob(setup.write());
    PodInitPlan.cgroups(out, cgroups);
    out.number(mebibytes);
    out.text(netns);
    out.texts(interfaces);
    out.texts(addresses);
    PodInitPlan.operations(out, jail);
    PodInitPlan.operations(out, shares);
    out.texts(server);
    out.text(modeFile);
    out.number(modes.size());
    for (Mode mode : modes) {
      out.text(mode.name());
      out.number(mode.bootMillis());
      out.texts(mode.command());
      out.number(mode.template().use().number);
      out.text(mode.template().memory());
      out.text(mode.template().state());
      out.text(mode.failure().file());
      out.text(mode.failure().text());
      out.text(mode.failure().words());
    }
    out.put(MAGIC.length, out.length());
    return out.toArray();
  }
}
