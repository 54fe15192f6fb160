// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import io.rktj.spec.manifest.Isolator;
import io.rktj.stage1.PreparedApp;
import java.util.List;

/**
 * Memory and processors of a machine: what its apps' limits add up to, and what the guest's own
 * kernel and processes take beside them.
 *
 * @param mebibytes memory
 * @param cpus processors; 0 if no app has a limit
 */
record MachineSize(int mebibytes, int cpus) {
  /** Of a pod whose apps come later; what they do not use is not taken from the host. */
  static final MachineSize OF_MUTABLE = new MachineSize(1024, 0);

  private static final long MEBIBYTE = 1 << 20;
  private static final long OWN = 64;
  private static final long UNLIMITED = 192;
  private static final long LEAST = 128;
  private static final long LARGEST_COMMON = 4096;

  /** Up to a power of two, so that few templates do for all; what is not used costs nothing. */
  private static long rounded(long mebibytes) {
    long common = LEAST;
    while (common < mebibytes && common < LARGEST_COMMON) {
      common *= 2;
    }
    return Math.max(common, mebibytes);
  }

  /** Whether other machines are likely to be of this size. */
  boolean isCommon() {
    return mebibytes <= LARGEST_COMMON;
  }

  static MachineSize of(List<PreparedApp> apps) {
    long bytes = 0;
    long milliCpus = 0;
    boolean unlimited = false;
    for (PreparedApp app : apps) {
      boolean limited = false;
      for (Isolator isolator : app.app().isolators()) {
        if (isolator instanceof Isolator.Resource resource && resource.limit().isPresent()) {
          if (resource.name().equals("resource/memory")) {
            bytes += resource.limit().get().value();
            limited = true;
          } else if (resource.name().equals("resource/cpu")) {
            milliCpus += resource.limit().get().milliValue();
          }
        }
      }
      unlimited |= !limited;
    }
    long mebibytes = (bytes + MEBIBYTE - 1) / MEBIBYTE + (unlimited ? UNLIMITED : 0) + OWN;
    int host = Runtime.getRuntime().availableProcessors();
    return new MachineSize(
        (int) Math.min(Integer.MAX_VALUE, rounded(mebibytes)),
        (int) Math.min(host, (milliCpus + 999) / 1000));
  }
}
