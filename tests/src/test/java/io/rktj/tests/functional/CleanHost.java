// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import io.rktj.tests.kit.HostSnapshot;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/**
 * Looks at the host before the first functional test and after the last: a mount, control group,
 * network name space, link or process that is left fails the suite, by ending the test process.
 */
public final class CleanHost implements TestExecutionListener {
  private HostSnapshot before = HostSnapshot.take();

  @Override
  public void testPlanExecutionStarted(TestPlan plan) {
    before = HostSnapshot.take();
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    List<String> left = HostSnapshot.take().leftSince(before);
    while (!left.isEmpty() && System.nanoTime() < deadline) {
      Thread.onSpinWait();
      left = HostSnapshot.take().leftSince(before);
    }
    if (!left.isEmpty()) {
      System.out.println("left on the host after the last test:");
      left.forEach(System.out::println);
      Runtime.getRuntime().halt(99);
    }
  }
}
