// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A kernel for tests that writes down the calls made, and makes them, but for those it withholds:
 * so code that mounts can be tested by anybody, on any host. Only calls without a result can be
 * withheld.
 */
public final class RecordingKernel extends ForwardingKernel {
  private final Set<String> withheld;
  private final List<String> calls = new ArrayList<>();

  private RecordingKernel(Kernel kernel, Set<String> withheld) {
    super(kernel);
    this.withheld = withheld;
  }

  /** Makes every call. */
  public static RecordingKernel over(Kernel kernel) {
    return new RecordingKernel(kernel, Set.of());
  }

  /** Only writes down the calls of these names, names of {@link Kernel}'s methods. */
  public static RecordingKernel withholding(Kernel kernel, String... calls) {
    return new RecordingKernel(kernel, Set.of(calls));
  }

  /** The calls so far, each as {@code NAME ARGUMENT...}. */
  public List<String> calls() {
    return List.copyOf(calls);
  }

  /** The calls of one name so far. */
  public List<String> calls(String name) {
    List<String> found = new ArrayList<>();
    for (String call : calls) {
      if (call.equals(name) || call.startsWith(name + " ")) {
        found.add(call);
      }
    }
    return found;
  }

  @Override
  boolean before(String call, boolean mutates, Object... arguments) {
    StringBuilder text = new StringBuilder(call);
    for (Object argument : arguments) {
      text.append(' ');
      text.append(argument instanceof byte[] bytes ? Scratch.describe(bytes) : argument.toString());
    }
    calls.add(text.toString());
    return !withheld.contains(call);
  }
}
