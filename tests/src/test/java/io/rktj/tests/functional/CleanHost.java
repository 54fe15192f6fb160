// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import io.rktj.tests.kit.HostSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/**
 * Looks at the host before the first functional test and after the last: a mount, control group,
 * network name space, link or process that is left fails the suite, by ending the test process.
 */
public final class CleanHost implements TestExecutionListener {
  private static final Path REPORT = Path.of("target", "left-on-the-host.txt");

  private HostSnapshot before = HostSnapshot.take();

  @Override
  public void testPlanExecutionStarted(TestPlan plan) {
    before = HostSnapshot.take();
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    List<String> left = HostSnapshot.leftAfterAMoment(before);
    if (!left.isEmpty()) {
      report(left);
      Runtime.getRuntime().halt(99);
    }
  }

  /**
   * Into a file, which {@code check} prints: what a process says as it halts gets lost on its way.
   */
  private static void report(List<String> left) {
    try {
      Files.createDirectories(REPORT.getParent());
      Files.writeString(REPORT, String.join("\n", left) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
