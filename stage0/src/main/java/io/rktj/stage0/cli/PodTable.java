// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.pod.PodState;
import io.rktj.stage0.launch.AppReport;
import io.rktj.stage0.launch.NetworkReport;
import io.rktj.stage0.launch.PodReport;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The table of {@code rkt list}: a row for each app; what belongs to the pod stands in its first
 * row only ({@code spec/rkt-cli.md} section 4.6).
 */
final class PodTable {
  private static final int SHORT_UUID = 8;
  private static final int SHORT_ID = "sha512-".length() + 12;

  private final boolean full;
  private final long nowMillis;
  private final ZoneId zone;
  private final TabColumns columns = new TabColumns();

  PodTable(boolean full, long nowMillis, ZoneId zone) {
    this.full = full;
    this.nowMillis = nowMillis;
    this.zone = zone;
  }

  /** Adds the line of headings. */
  void legend() {
    columns.line(
        full
            ? "UUID\tAPP\tIMAGE NAME\tIMAGE ID\tSTATE\tCREATED\tSTARTED\tNETWORKS"
            : "UUID\tAPP\tIMAGE NAME\tSTATE\tCREATED\tSTARTED\tNETWORKS");
  }

  /** Adds the rows of one pod. */
  void add(PodReport pod) {
    boolean first = true;
    for (AppReport app : pod.apps()) {
      String id = app.app().image().id().toString();
      String shown = id.length() > SHORT_ID ? id.substring(0, SHORT_ID) : id;
      row(pod, first, List.of(app.app().name().value(), app.imageName(), shown));
      first = false;
    }
    if (first) {
      row(pod, true, List.of("-", "-", "-"));
    }
  }

  String render() {
    return columns.render();
  }

  private void row(PodReport pod, boolean first, List<String> app) {
    String uuid = pod.pod().uuid().toString();
    List<String> cells = new ArrayList<>();
    cells.add(first ? uuid.substring(0, full ? uuid.length() : SHORT_UUID) : "");
    cells.addAll(app.subList(0, full ? 3 : 2));
    cells.add(first ? pod.pod().state().text() : "");
    cells.add(first ? time(pod.created()) : "");
    cells.add(first ? time(pod.started()) : "");
    cells.add(first ? networks(pod) : "");
    columns.row(cells);
  }

  private String time(Optional<Instant> time) {
    if (time.isEmpty()) {
      return "";
    }
    long millis = time.get().toEpochMilli();
    return full ? HumanText.absolute(millis, zone) : HumanText.ago(millis, nowMillis);
  }

  /** {@code name:ip4=ADDRESS}, joined by commas; only while a pod runs has it addresses. */
  static String networks(PodReport pod) {
    StringBuilder text = new StringBuilder();
    if (pod.pod().state() == PodState.RUNNING || pod.pod().state() == PodState.EXITED) {
      for (NetworkReport network : pod.networks()) {
        text.append(text.length() == 0 ? "" : ", ").append(network.netName());
        text.append(":ip4=").append(network.ip());
      }
    }
    return text.toString();
  }
}
