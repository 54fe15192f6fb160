// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import io.rktj.spec.manifest.Isolator;
import io.rktj.stage1.Stage1Exception;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Memory and processor limits of one list of isolators, as numbers; of several isolators of one
 * kind the last counts ({@code spec/rkt-runtime.md} section 8).
 */
final class ResourceLimits {
  static final int NONE = -1;

  /** Of apps that are not known yet: they may ask for all there is. */
  static final ResourceLimits ANY = new ResourceLimits(0, 0, 0);

  private static final long MAX_CPUS = Long.MAX_VALUE / 1000;

  /** Bytes, or {@link #NONE}. */
  final long memory;

  /** Thousandths of a processor, or {@link #NONE}. */
  final long milliCpus;

  /** Relative weight, 1024 for the usual one, or {@link #NONE}. */
  final long cpuShares;

  private ResourceLimits(long memory, long milliCpus, long cpuShares) {
    this.memory = memory;
    this.milliCpus = milliCpus;
    this.cpuShares = cpuShares;
  }

  static ResourceLimits of(List<Isolator> isolators) {
    Isolator.Resource memory = null;
    Isolator.Resource cpu = null;
    long shares = NONE;
    for (Isolator isolator : isolators) {
      if (isolator instanceof Isolator.Resource resource) {
        if (resource.name().equals("resource/memory")) {
          memory = resource;
        } else if (resource.name().equals("resource/cpu")) {
          cpu = resource;
        }
      } else if (isolator instanceof Isolator.CpuShares cpuShares) {
        shares = cpuShares.value();
      }
    }
    return new ResourceLimits(bytes(memory), milliCpus(cpu), shares);
  }

  private static long bytes(Isolator.@Nullable Resource memory) {
    if (memory == null || memory.limit().isEmpty()) {
      return NONE;
    }
    return notNegative(memory, memory.limit().get().value());
  }

  /** The kernel takes negative numbers for "no limit", which nobody can have meant. */
  private static long notNegative(Isolator.Resource resource, long amount) {
    if (amount < 0) {
      throw new Stage1Exception(
          "stage1: cannot set " + resource.name() + ": limit " + amount + " is negative");
    }
    return amount;
  }

  private static long milliCpus(Isolator.@Nullable Resource cpu) {
    if (cpu == null || cpu.limit().isEmpty()) {
      return NONE;
    }
    if (cpu.limit().get().value() > MAX_CPUS) {
      throw new Stage1Exception(
          "stage1: cannot limit the processor: cpu limit exceeds the maximum millivalue: "
              + cpu.limit().get());
    }
    return notNegative(cpu, cpu.limit().get().milliValue());
  }
}
