// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.pod.Pod;
import io.rktj.pod.PodStateException;
import io.rktj.stage0.launch.AppReport;
import io.rktj.stage0.launch.PodReporter;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/** {@code rkt app status} ({@code spec/rkt-cli.md} section 4.18). */
final class AppStatusCommand implements CommandBody {
  @Override
  public int call(Invocation invocation) {
    JsonForm form = JsonForm.of(invocation.flags());
    String name = invocation.flags().text("app", "");
    if (invocation.arguments().size() != 1 || name.isEmpty()) {
      return AppCommands.misused(invocation, "must provide the pod's UUID, and the app by --app");
    }
    return AppCommands.failing(
        invocation,
        () -> {
          Session session = Session.open(invocation);
          Pod pod = session.pods().find(invocation.arguments().get(0));
          AppReport app = find(session, pod, name);
          if (form == JsonForm.NONE) {
            invocation.output().answer(text(app, ZoneId.systemDefault()));
          } else {
            invocation.output().json(PodJson.app(app, form));
          }
          return ExitCode.DONE.status();
        });
  }

  private static AppReport find(Session session, Pod pod, String name) {
    for (AppReport app : new PodReporter(session.kernel()).report(pod).apps()) {
      if (app.app().name().value().equals(name)) {
        return app;
      }
    }
    throw new PodStateException("error: nonexistent app " + Quoted.of(name));
  }

  /** The lines of the answer. */
  static String text(AppReport app, ZoneId zone) {
    StringBuilder text = new StringBuilder();
    line(text, "name=", app.app().name().value());
    line(text, "state=", app.state());
    line(text, "image_id=", app.app().image().id().toString());
    time(text, "created_at=", app.created(), zone);
    time(text, "started_at=", app.started(), zone);
    time(text, "finished_at=", app.finished(), zone);
    if (app.exitStatus().isPresent()) {
      line(text, "exit_code=", Integer.toString(app.exitStatus().getAsInt()));
    }
    StringJoiner mounts = new StringJoiner(",");
    for (AppReport.AppMount mount : app.mounts()) {
      mounts.add(
          mount.volume().source().orElse("")
              + ":"
              + mount.containerPath()
              + ":(read_only:"
              + mount.volume().readOnly().orElse(false)
              + ")");
    }
    line(text, "mounts=", mounts.toString());
    line(text, "user_annotations=", pairs(app.userAnnotations()));
    line(text, "user_labels=", pairs(app.userLabels()));
    return text.toString();
  }

  private static void time(StringBuilder text, String name, Optional<Instant> time, ZoneId zone) {
    if (time.isPresent()) {
      line(text, name, HumanText.absolute(time.get().toEpochMilli(), zone));
    }
  }

  private static void line(StringBuilder text, String name, String value) {
    if (!value.isEmpty()) {
      text.append(name).append(Escaped.line(value)).append('\n');
    }
  }

  private static String pairs(Map<String, String> map) {
    StringJoiner pairs = new StringJoiner(",");
    map.forEach((key, value) -> pairs.add(key + ":" + value));
    return pairs.toString();
  }
}
