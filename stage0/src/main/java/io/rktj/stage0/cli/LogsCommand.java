// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.pod.HostException;
import io.rktj.pod.LogLine;
import io.rktj.pod.Pod;
import io.rktj.pod.PodLog;
import io.rktj.pod.PodState;
import io.rktj.pod.PodStore;
import io.rktj.spec.AcName;
import io.rktj.spec.json.JsonWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/** {@code rkt logs}, which rkt never had: what the apps of a pod have written. */
final class LogsCommand implements CommandBody {
  private static final long POLL_MILLIS = 100;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'").withZone(ZoneOffset.UTC);

  @Override
  public int call(Invocation invocation) {
    List<String> words = invocation.arguments();
    String file = invocation.flags().text("uuid-file", "");
    if (words.size() != (file.isEmpty() ? 1 : 0)) {
      return invocation.misused("must provide one pod, by UUID or --uuid-file");
    }
    String since = since(invocation.flags().text("since", ""), Clock.systemUTC());
    String name = invocation.flags().text("app", "");
    Session session = Session.open(invocation);
    PodStore pods = session.pods();
    Pod pod = pods.find(file.isEmpty() ? words.get(0) : session.uuidFromFile(file));
    Optional<AcName> app = Optional.empty();
    if (!name.isEmpty()) {
      app = Optional.of(AcName.parse(session.lifecycle(pods).app(pod, name, "logs")));
    }
    Printer printer = new Printer(invocation, session.kernel().isTerminal(1), since);
    try (PodLog log = new PodLog(pod.layout(), app)) {
      print(log, printer, pods, pod, invocation.flags().isOn("follow"));
    }
    return ExitCode.DONE.status();
  }

  private static void print(PodLog log, Printer printer, PodStore pods, Pod pod, boolean follow) {
    boolean more = true;
    while (more) {
      more = follow && isRunning(pods, pod) && printer.isRead();
      for (Optional<LogLine> line = log.next(); line.isPresent(); line = log.next()) {
        printer.print(line.get());
      }
      if (more) {
        pause();
      }
    }
    for (Optional<LogLine> line = log.rest(); line.isPresent(); line = log.rest()) {
      printer.print(line.get());
    }
  }

  private static boolean isRunning(PodStore pods, Pod pod) {
    Optional<Pod> now = pods.look(pod.uuid());
    return now.isPresent() && now.get().state() == PodState.RUNNING;
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException("interrupted", e);
    }
  }

  /** The time of {@code --since} in the log's own form: so long ago, a time, or a day, UTC. */
  static String since(String word, Clock clock) {
    if (word.isEmpty()) {
      return "";
    }
    if (word.indexOf('-') > 0 || word.indexOf('T') > 0) {
      try {
        return TIME.format(Instant.parse(word.indexOf('T') > 0 ? word : word + "T00:00:00Z"));
      } catch (DateTimeParseException e) {
        throw new UsageException(
            "cannot read the time "
                + Quoted.of(word)
                + ": must be a span such as 10m, a time such as 2026-11-23T19:04:58Z, or a day",
            e);
      }
    }
    return TIME.format(clock.instant().minus(Duration.ofMillis(GoDuration.parseMillis(word))));
  }

  /** Lines as the flags want them. */
  private static final class Printer {
    private final Output output;
    private final boolean terminal;
    private final boolean timestamps;
    private final JsonForm form;
    private final String since;

    Printer(Invocation invocation, boolean terminal, String since) {
      output = invocation.output();
      this.terminal = terminal;
      timestamps = invocation.flags().isOn("timestamps");
      form = JsonForm.of(invocation.flags());
      this.since = since;
    }

    /** Whether anybody still takes what is printed. */
    boolean isRead() {
      return output.loss().isEmpty();
    }

    void print(LogLine line) {
      if (!line.time().isEmpty() && line.time().compareTo(since) < 0) {
        return;
      }
      if (form != JsonForm.NONE) {
        output.json(json(line));
        return;
      }
      String prefix = (timestamps ? line.time() + " " : "") + line.app() + ": ";
      if (terminal) {
        output.answer(prefix + Escaped.line(new String(line.text(), UTF_8)));
      } else {
        output.answer(prefix, line.text());
      }
    }

    private String json(LogLine line) {
      JsonWriter json = form.writer();
      json.beginObject().name("time").text(line.time());
      json.name("app").text(line.app().value());
      json.name("stream").text(line.error() ? "stderr" : "stdout");
      json.name("message").text(new String(line.text(), UTF_8));
      return json.endObject().finish();
    }
  }
}
