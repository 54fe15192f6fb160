// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.prepare;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.linux.SmallFiles;
import io.rktj.pod.HostException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Whether app roots can be overlays: what the kernel knows, and what the pods lie on. */
public final class OverlaySupport {
  private static final String FILE_SYSTEMS = "/proc/filesystems";
  private static final String ENTRY = "\toverlay\n";
  private static final String[] MODPROBE = {"/sbin/modprobe", "overlay"};
  private static final int LARGEST = 1 << 20;
  private static final long AUFS = 0x61756673L;
  private static final long OVERLAY = 0x794c7630L;
  private static final long ZFS = 0x2fc12fc1L;

  private OverlaySupport() {}

  /** Why pods below {@code dataDirectory} cannot have overlays; empty if they can. */
  public static Optional<String> reasonAgainst(Kernel kernel, String dataDirectory) {
    try {
      if (!isKnown(kernel) && !(load() && isKnown(kernel))) {
        return Optional.of("overlay entry not present in " + FILE_SYSTEMS);
      }
      try (Fd directory = kernel.open(dataDirectory, Open.O_RDONLY | Open.O_DIRECTORY, 0)) {
        long type = kernel.fileSystemType(directory.number());
        return type == AUFS || type == ZFS || type == OVERLAY
            ? Optional.of("\"" + dataDirectory + "\" lies on " + name(type))
            : Optional.empty();
      }
    } catch (ErrnoException e) {
      throw new HostException("cannot find out about overlays", e);
    }
  }

  private static String name(long type) {
    if (type == AUFS) {
      return "aufs";
    }
    return type == ZFS ? "zfs" : "an overlay itself";
  }

  private static boolean isKnown(Kernel kernel) throws ErrnoException {
    return new String(SmallFiles.read(kernel, FILE_SYSTEMS, LARGEST), ISO_8859_1).contains(ENTRY);
  }

  /** The kernel may have it as a module that nobody has asked for yet; once after each boot. */
  private static boolean load() {
    try {
      Process modprobe = new ProcessBuilder(MODPROBE).start();
      return modprobe.waitFor(10, TimeUnit.SECONDS) && modprobe.exitValue() == 0;
    } catch (IOException e) {
      return false; // no such program: then there is no module either
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
