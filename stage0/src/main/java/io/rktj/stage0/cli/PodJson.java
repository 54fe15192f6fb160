// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.spec.json.JsonWriter;
import io.rktj.spec.manifest.Volume;
import io.rktj.stage0.launch.AppReport;
import io.rktj.stage0.launch.NetworkReport;
import io.rktj.stage0.launch.PodReport;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Pods as JSON ({@code spec/rkt-cli.md} section 4.6). As in rkt, times of pods are seconds and
 * times of apps nanoseconds since the epoch.
 */
final class PodJson {
  private final JsonWriter json;

  private PodJson(JsonWriter json) {
    this.json = json;
  }

  /** An array of pods, or {@code null} if there is none. */
  static String list(List<PodReport> pods, JsonForm form) {
    JsonWriter json = form.writer();
    if (pods.isEmpty()) {
      return json.nothing().finish();
    }
    json.beginArray();
    for (PodReport pod : pods) {
      new PodJson(json).pod(pod);
    }
    return json.endArray().finish();
  }

  /** The apps of one pod, as an array. */
  static String apps(List<AppReport> apps, JsonForm form) {
    JsonWriter json = form.writer();
    if (apps.isEmpty()) {
      return json.nothing().finish();
    }
    json.beginArray();
    for (AppReport app : apps) {
      new PodJson(json).app(app);
    }
    return json.endArray().finish();
  }

  /** One app. */
  static String app(AppReport app, JsonForm form) {
    JsonWriter json = form.writer();
    new PodJson(json).app(app);
    return json.finish();
  }

  /** One pod. */
  static String one(PodReport pod, JsonForm form) {
    JsonWriter json = form.writer();
    new PodJson(json).pod(pod);
    return json.finish();
  }

  /** What kind of wall is around a machine. */
  static String isolation(String hypervisor) {
    return hypervisor.equals("kvm") ? "hardware" : "emulated";
  }

  private void pod(PodReport pod) {
    json.beginObject().name("name").text(pod.pod().uuid().toString());
    json.name("state").text(pod.pod().state().text());
    if (pod.hypervisor().isPresent()) {
      json.name("hypervisor").text(pod.hypervisor().get());
      json.name("isolation").text(isolation(pod.hypervisor().get()));
    }
    if (!pod.networks().isEmpty()) {
      json.name("networks").beginArray();
      pod.networks().forEach(this::network);
      json.endArray();
    }
    if (!pod.apps().isEmpty()) {
      json.name("app_names").beginArray();
      pod.apps().forEach(app -> json.text(app.app().name().value()));
      json.endArray();
      json.name("apps").beginArray();
      pod.apps().forEach(this::app);
      json.endArray();
    }
    seconds("created_at", pod.created());
    seconds("started_at", pod.started());
    map("user_annotations", pod.userAnnotations());
    map("user_labels", pod.userLabels());
    json.endObject();
  }

  private void network(NetworkReport network) {
    json.beginObject().name("netName").text(network.netName());
    json.name("netConf").text(network.netConf());
    json.name("pluginPath").text(network.pluginPath());
    json.name("ifName").text(network.ifName());
    json.name("ip").text(network.ip());
    json.name("args").text(network.args());
    json.name("mask").text(network.mask());
    json.endObject();
  }

  private void app(AppReport app) {
    json.beginObject().name("name").text(app.app().name().value());
    json.name("state").text(app.state());
    nanos("created_at", app.created());
    nanos("started_at", app.started());
    nanos("finished_at", app.finished());
    if (app.exitStatus().isPresent()) {
      json.name("exit_code").number(app.exitStatus().getAsInt());
    }
    json.name("image_id").text(app.app().image().id().toString());
    if (!app.mounts().isEmpty()) {
      json.name("mounts").beginArray();
      app.mounts().forEach(this::mount);
      json.endArray();
    }
    map("user_annotations", app.userAnnotations());
    map("user_labels", app.userLabels());
    json.endObject();
  }

  private void mount(AppReport.AppMount mount) {
    Volume volume = mount.volume();
    json.beginObject().name("name").text(mount.name());
    json.name("container_path").text(mount.containerPath());
    json.name("host_path").text(volume.source().orElse(""));
    json.name("read_only").bool(volume.readOnly().orElse(false));
    json.endObject();
  }

  private void seconds(String name, Optional<Instant> time) {
    time.ifPresent(instant -> json.name(name).number(instant.getEpochSecond()));
  }

  private void nanos(String name, Optional<Instant> time) {
    time.ifPresent(
        instant ->
            json.name(name).number(instant.getEpochSecond() * 1_000_000_000L + instant.getNano()));
  }

  private void map(String name, Map<String, String> values) {
    if (!values.isEmpty()) {
      json.name(name).beginObject();
      values.forEach((key, value) -> json.name(key).text(value));
      json.endObject();
    }
  }
}
