// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.actool;

import io.rktj.spec.Labels;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Parameters;
import io.rktj.spec.Platform;
import io.rktj.spec.discovery.AppString;
import io.rktj.spec.discovery.Endpoint;
import io.rktj.spec.json.JsonWriter;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Finds out where images and their keys lie. */
final class DiscoverCommand implements Command {
  private static final int MAX_PORT = 65535;

  @Override
  public String name() {
    return "discover";
  }

  @Override
  public String summary() {
    return "Discover the download URLs for an app";
  }

  @Override
  public String usage() {
    return "[--json] [--port=N] [--insecure] APP...";
  }

  @Override
  public List<Flag> flags() {
    return List.of(
        Flag.toggle("json", "Output result as JSON"),
        Flag.toggle("insecure", "Don't check TLS certificates and allow insecure HTTP"),
        Flag.value("port", "Port to connect to when performing discovery"));
  }

  @Override
  public int run(Arguments arguments, Terminal terminal) throws IOException {
    if (arguments.operands().isEmpty()) {
      terminal.complain("discover: at least one name required");
      return 1;
    }
    int port = 0;
    Optional<String> wanted = arguments.value("port");
    if (wanted.isPresent()) {
      port = Parameters.integer("port", wanted.get(), MAX_PORT);
    }
    MetaWalk walk = new MetaWalk(new Pages(arguments.has("insecure")), port);
    for (String text : arguments.operands()) {
      discover(text, walk, arguments.has("json"), terminal);
    }
    return 0;
  }

  private static void discover(String text, MetaWalk walk, boolean json, Terminal terminal)
      throws IOException {
    AppString app = AppString.parse(text);
    Labels labels = withPlatform(app.labels());
    MetaWalk.Found<Endpoint> images = walk.endpoints(app.name(), labels);
    if (!json) {
      for (MetaWalk.Attempt failed : images.failed()) {
        terminal.say(
            "discover endpoints walk: prefix: " + failed.prefix() + " error: " + failed.reason());
      }
    }
    if (images.items().isEmpty()) {
      throw new MalformedException("error fetching endpoints for " + text + ": discovery failed");
    }
    if (!json) {
      for (Endpoint endpoint : images.items()) {
        terminal.say("ACI: " + endpoint.aciUrl() + ", ASC: " + endpoint.ascUrl());
      }
    }
    MetaWalk.Found<String> keys = walk.keys(app.name());
    if (!json) {
      for (MetaWalk.Attempt failed : keys.failed()) {
        terminal.say(
            "discover public keys walk: prefix: " + failed.prefix() + " error: " + failed.reason());
      }
    }
    if (keys.items().isEmpty()) {
      throw new MalformedException("error fetching public keys for " + text + ": discovery failed");
    }
    if (json) {
      terminal.say(json(images.items(), keys.items()));
    } else {
      terminal.say("PublicKeys: " + String.join(",", keys.items()));
    }
  }

  private static Labels withPlatform(Labels labels) {
    Platform platform =
        Platform.ofLinuxMachine(System.getProperty("os.arch", ""))
            .orElse(new Platform("linux", "amd64"));
    Labels complete = labels;
    if (complete.value("os").isEmpty()) {
      complete = complete.with("os", platform.os());
    }
    return complete.value("arch").isEmpty() ? complete.with("arch", platform.arch()) : complete;
  }

  private static String json(List<Endpoint> endpoints, List<String> keys) {
    JsonWriter out = JsonWriter.pretty("    ");
    out.beginObject().name("ACIEndpoints").beginArray();
    for (Endpoint endpoint : endpoints) {
      out.beginObject().member("ACI", endpoint.aciUrl()).member("ASC", endpoint.ascUrl());
      out.endObject();
    }
    return out.endArray().member("PublicKeys", keys).endObject().finish();
  }
}
