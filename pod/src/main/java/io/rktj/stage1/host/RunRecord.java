// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.host;

import io.rktj.linux.AtomicFile;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.linux.SmallFiles;
import io.rktj.pod.HostException;
import io.rktj.pod.IdRange;
import io.rktj.pod.PodLayout;
import io.rktj.spec.json.JsonCursor;
import io.rktj.spec.json.JsonWriter;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Pod;
import io.rktj.stage1.plan.HostFacts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a mutable pod was run with, kept in its directory, so that an app that comes later is
 * planned as if it had been there from the beginning. Sample:
 *
 * <pre>{@code
 * {"dns":"DEFAULT","hosts":"DEFAULT","networkResolv":false,"restrictCapabilities":true,
 *  "protectPaths":true,"filterSystemCalls":true,"metadataUrl":"","users":"0:0","tun":true,
 *  "unified":{"mountPoint":"/sys/fs/cgroup","base":"/user.slice","controllers":["cpu","memory"]},
 *  "hierarchies":[{"controllers":["devices"],"mountPoint":"/sys/fs/cgroup/devices","path":""}]}
 * }</pre>
 *
 * @param networkResolv whether the pod's network has written {@code etc/rkt-resolv.conf}
 * @param metadataUrl what apps find as {@code AC_METADATA_URL}; empty for a pod not registered
 * @param users the ids that are the pod's own
 * @param host the host as the one who ran the pod has seen it
 */
public record RunRecord(
    Stage1Call.DnsMode dns,
    Stage1Call.HostsMode hosts,
    boolean networkResolv,
    boolean restrictCapabilities,
    boolean protectPaths,
    boolean filterSystemCalls,
    String metadataUrl,
    IdRange users,
    HostFacts host) {
  private static final int LARGEST = 1 << 20;

  /** The record of {@code call}. */
  public static RunRecord of(
      Stage1Call call, boolean networkResolv, String metadataUrl, HostFacts host) {
    return new RunRecord(
        call.dns(),
        call.hosts(),
        networkResolv,
        call.restrictCapabilities(),
        call.protectPaths(),
        call.filterSystemCalls(),
        metadataUrl,
        call.users(),
        host);
  }

  /** Writes it into the pod's directory. */
  public void write(Kernel kernel, PodLayout layout) {
    JsonWriter json = JsonWriter.compact().beginObject();
    json.member("dns", dns.name()).member("hosts", hosts.name());
    json.member("networkResolv", networkResolv);
    json.member("restrictCapabilities", restrictCapabilities);
    json.member("protectPaths", protectPaths);
    json.member("filterSystemCalls", filterSystemCalls);
    json.member("metadataUrl", metadataUrl).member("users", users.toString());
    json.member("tun", host.tun());
    if (host.unified().isPresent()) {
      HostFacts.Unified unified = host.unified().get();
      json.name("unified").beginObject().member("mountPoint", unified.mountPoint());
      json.member("base", unified.base()).member("controllers", unified.controllers()).endObject();
    }
    json.name("hierarchies").beginArray();
    for (HostFacts.Hierarchy hierarchy : host.hierarchies()) {
      json.beginObject().member("controllers", hierarchy.controllers());
      json.member("mountPoint", hierarchy.mountPoint()).member("path", hierarchy.path());
      json.endObject();
    }
    byte[] text = json.endArray().endObject().finish().getBytes(StandardCharsets.UTF_8);
    try {
      AtomicFile.write(kernel, layout.runtimeConfig().toString(), text, 0644);
    } catch (ErrnoException e) {
      throw new HostException("stage1: cannot write \"" + layout.runtimeConfig() + "\"", e);
    }
  }

  /** Reads it. */
  public static RunRecord read(Kernel kernel, PodLayout layout) {
    String file = layout.runtimeConfig().toString();
    byte[] text;
    try {
      text = SmallFiles.read(kernel, file, LARGEST);
    } catch (ErrnoException e) {
      throw new HostException("stage1: cannot read \"" + file + "\"", e);
    }
    JsonCursor json = JsonCursor.parse(text, file);
    Optional<HostFacts.Unified> unified = Optional.empty();
    Optional<JsonCursor> group = json.optionalMember("unified");
    if (group.isPresent()) {
      unified =
          Optional.of(
              new HostFacts.Unified(
                  group.get().text("mountPoint"),
                  group.get().text("base"),
                  group.get().texts("controllers"),
                  false));
    }
    List<HostFacts.Hierarchy> hierarchies = new ArrayList<>();
    for (JsonCursor hierarchy : json.list("hierarchies")) {
      hierarchies.add(
          new HostFacts.Hierarchy(
              hierarchy.texts("controllers"),
              hierarchy.text("mountPoint"),
              hierarchy.text("path")));
    }
    return new RunRecord(
        Stage1Call.DnsMode.valueOf(json.text("dns")),
        Stage1Call.HostsMode.valueOf(json.text("hosts")),
        json.bool("networkResolv", false),
        json.bool("restrictCapabilities", true),
        json.bool("protectPaths", true),
        json.bool("filterSystemCalls", true),
        json.optionalText("metadataUrl").orElse(""),
        users(json, file),
        new HostFacts(hierarchies, unified, json.bool("tun", false)));
  }

  private static IdRange users(JsonCursor json, String file) {
    Optional<String> text = json.optionalText("users");
    return text.isEmpty() ? IdRange.NONE : IdRange.parse(text.get(), file);
  }

  /** The call that would have run the pod with {@code app} as its only one. */
  public Stage1Call call(Stage1Pod pod, PodManifest manifest, PreparedApp app, boolean overlay) {
    return new Stage1Call(
        pod.uuid(),
        pod.layout(),
        manifest,
        List.of(app),
        overlay,
        List.of(),
        false,
        "",
        dns,
        hosts,
        "",
        restrictCapabilities,
        protectPaths,
        filterSystemCalls,
        pod.localConfig(),
        pod.debug(),
        users,
        -1,
        List.of(),
        "",
        pod.environment());
  }
}
