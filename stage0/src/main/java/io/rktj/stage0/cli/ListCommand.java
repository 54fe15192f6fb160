// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.stage0.launch.PodReport;
import io.rktj.stage0.launch.PodReporter;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** {@code rkt list} ({@code spec/rkt-cli.md} section 4.6). */
final class ListCommand implements CommandBody {
  @Override
  public int call(Invocation invocation) {
    JsonForm form = JsonForm.of(invocation.flags());
    Session session = Session.open(invocation);
    PodReporter reporter = new PodReporter(session.kernel());
    List<String> problems = new ArrayList<>();
    List<PodReport> reports =
        session
            .pods()
            .readAll(
                reporter::report,
                e -> problems.add(FailureReport.of(e, invocation.global().debug())));
    if (form == JsonForm.NONE) {
      print(reports, invocation);
    } else {
      invocation.output().json(PodJson.list(reports, form));
    }
    invocation.listProblems("pods", problems);
    return ExitCode.DONE.status();
  }

  private static void print(List<PodReport> reports, Invocation invocation) {
    PodTable table =
        new PodTable(
            invocation.flags().isOn("full"), System.currentTimeMillis(), ZoneId.systemDefault());
    if (!invocation.flags().isOn("no-legend")) {
      table.legend();
    }
    reports.forEach(table::add);
    invocation.output().answerIfAny(table.render());
  }
}
