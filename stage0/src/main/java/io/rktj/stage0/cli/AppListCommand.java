// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.pod.Pod;
import io.rktj.stage0.launch.AppReport;
import io.rktj.stage0.launch.PodReport;
import io.rktj.stage0.launch.PodReporter;
import java.util.List;

/** {@code rkt app list} ({@code spec/rkt-cli.md} section 4.18). */
final class AppListCommand implements CommandBody {
  @Override
  public int call(Invocation invocation) {
    JsonForm form = JsonForm.of(invocation.flags());
    if (invocation.arguments().size() != 1) {
      return AppCommands.misused(invocation, "must provide the pod's UUID");
    }
    return AppCommands.failing(
        invocation,
        () -> {
          Session session = Session.open(invocation);
          Pod pod = session.pods().find(invocation.arguments().get(0));
          PodReport report = new PodReporter(session.kernel()).report(pod);
          if (form == JsonForm.NONE) {
            print(invocation, report.apps());
          } else {
            invocation.output().json(PodJson.apps(report.apps(), form));
          }
          return ExitCode.DONE.status();
        });
  }

  private static void print(Invocation invocation, List<AppReport> apps) {
    TabColumns columns = new TabColumns();
    if (!invocation.flags().isOn("no-legend")) {
      columns.line("NAME\tSTATE");
    }
    for (AppReport app : apps) {
      columns.row(List.of(app.app().name().value(), app.state()));
    }
    invocation.output().answerIfAny(columns.render());
  }
}
