// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.manifest.App;
import io.rktj.spec.manifest.EnvironmentVariable;
import io.rktj.spec.manifest.EventHandler;
import io.rktj.spec.manifest.Isolator;
import io.rktj.spec.manifest.MountPoint;
import io.rktj.spec.manifest.Port;
import java.util.List;
import java.util.Optional;

/**
 * The {@code app} object. Members are matched by case, unlike in rkt; only {@code
 * supplementaryGids}, as the specification's own example spells it, is read too.
 */
final class AppJson implements ItemJson<App> {
  private static final String GIDS = "supplementaryGIDs";

  /** The other spelling of {@value #GIDS}. */
  static final String GIDS_OF_EXAMPLE = "supplementaryGids";

  @Override
  public App read(JsonCursor at, Problems problems) {
    Fields fields = new Fields(at, problems);
    List<String> exec = fields.texts("exec");
    List<EventHandler> handlers = fields.list("eventHandlers", new EventHandlerJson());
    String user = identity(fields, "user");
    String group = identity(fields, "group");
    List<Integer> gids = gids(fields);
    String directory = fields.text("workingDirectory");
    List<EnvironmentVariable> environment = fields.list("environment", new EnvironmentJson());
    List<MountPoint> mountPoints = fields.list("mountPoints", new MountPointJson());
    List<Port> ports = fields.list("ports", new PortJson());
    List<Isolator> isolators = fields.list("isolators", new IsolatorJson());
    return new App(
        exec,
        user,
        group,
        gids,
        handlers,
        directory.isEmpty() ? Optional.empty() : Optional.of(directory),
        environment,
        isolators,
        mountPoints,
        ports,
        fields.textMap("userAnnotations"),
        fields.textMap("userLabels"));
  }

  private static String identity(Fields fields, String name) {
    String value = fields.text(name);
    if (value.isEmpty()) {
      fields.note(name + " is required");
      return "0";
    }
    return value;
  }

  private static List<Integer> gids(Fields fields) {
    if (!fields.has(GIDS_OF_EXAMPLE)) {
      return fields.ids(GIDS);
    }
    if (fields.has(GIDS)) {
      fields.note("both \"" + GIDS + "\" and \"" + GIDS_OF_EXAMPLE + "\" are given");
    }
    return fields.ids(GIDS_OF_EXAMPLE);
  }

  @Override
  public void write(JsonWriter out, App app) {
    out.beginObject().member("exec", app.exec());
    JsonLists.member(out, "eventHandlers", app.eventHandlers(), new EventHandlerJson());
    out.member("user", app.user()).member("group", app.group());
    if (!app.supplementaryGids().isEmpty()) {
      out.name(GIDS).beginArray();
      for (int gid : app.supplementaryGids()) {
        out.number(gid);
      }
      out.endArray();
    }
    if (app.workingDirectory().isPresent()) {
      out.member("workingDirectory", app.workingDirectory().get());
    }
    JsonLists.member(out, "environment", app.environment(), new EnvironmentJson());
    JsonLists.member(out, "mountPoints", app.mountPoints(), new MountPointJson());
    JsonLists.member(out, "ports", app.ports(), new PortJson());
    JsonLists.member(out, "isolators", app.isolators(), new IsolatorJson());
    JsonLists.texts(out, "userAnnotations", app.userAnnotations());
    JsonLists.texts(out, "userLabels", app.userLabels());
    out.endObject();
  }
}
