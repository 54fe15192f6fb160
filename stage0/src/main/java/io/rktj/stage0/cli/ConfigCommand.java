// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.spec.json.JsonWriter;
import io.rktj.stage0.config.Config;
import io.rktj.stage0.config.Credentials;
import io.rktj.stage0.config.FetchSettings;
import java.util.Map;

/** {@code rkt config} ({@code spec/rkt-cli.md} section 4.14). */
final class ConfigCommand implements CommandBody {
  @Override
  public int call(Invocation invocation) {
    Config config = Session.open(invocation).wholeConfig();
    JsonForm form =
        invocation.flags().isOn("pretty-print", true) ? JsonForm.PRETTY : JsonForm.COMPACT;
    invocation.output().json(text(config, form.writer()));
    return ExitCode.DONE.status();
  }

  private static String text(Config config, JsonWriter json) {
    json.beginObject().name("stage0").beginArray();
    for (Map.Entry<String, Credentials> auth : config.auth().entrySet()) {
      begin(json, "auth").name("domains").beginArray().text(auth.getKey()).endArray();
      credentials(json, auth.getValue());
      json.endObject();
    }
    for (Map.Entry<String, Credentials.Basic> auth : config.dockerAuth().entrySet()) {
      begin(json, "dockerAuth").name("registries").beginArray().text(auth.getKey()).endArray();
      basic(json, auth.getValue());
      json.endObject();
    }
    begin(json, "paths").name("data").text(config.paths().data().orElse(""));
    json.name("stage1-images").text(config.paths().stage1Images().orElse("")).endObject();
    begin(json, "stage1").name("name").text(config.stage1().name().orElse(""));
    json.name("version").text(config.stage1().version().orElse(""));
    json.name("location").text(config.stage1().location().orElse("")).endObject();
    machine(json, config);
    fetch(json, config);
    return json.endArray().endObject().finish();
  }

  /** Our own kind; left out where there is nothing, as rkt does not know it. */
  private static void machine(JsonWriter json, Config config) {
    if (!config.stage1().describesMachines()) {
      return;
    }
    begin(json, "machine").name("hypervisor").text(config.stage1().hypervisor().orElse(""));
    json.name("kernel").text(config.stage1().kernel().orElse(""));
    json.name("templates").text(config.stage1().templates().orElse("")).endObject();
  }

  /** Our own kind; left out where there is nothing, as rkt does not know it. */
  private static void fetch(JsonWriter json, Config config) {
    if (config.fetch().equals(FetchSettings.NONE)) {
      return;
    }
    begin(json, "fetch").name("resolve").beginObject();
    config.fetch().resolve().forEach((host, address) -> json.name(host).text(address));
    json.endObject().name("certificateAuthorities").beginArray();
    config.fetch().certificateAuthorities().forEach(json::text);
    json.endArray().name("privateAddresses");
    json.text(config.fetch().refusesPrivate() ? "refuse" : "allow").endObject();
  }

  private static JsonWriter begin(JsonWriter json, String kind) {
    return json.beginObject().name("rktVersion").text("v1").name("rktKind").text(kind);
  }

  private static void credentials(JsonWriter json, Credentials credentials) {
    if (credentials instanceof Credentials.Basic user) {
      json.name("type").text("basic");
      basic(json, user);
    } else if (credentials instanceof Credentials.OAuth bearer) {
      json.name("type").text("oauth").name("credentials").beginObject();
      json.name("token").text(bearer.token()).endObject();
    } else if (credentials instanceof Credentials.Aws keys) {
      json.name("type").text("aws").name("credentials").beginObject();
      json.name("accessKeyID").text(keys.accessKeyId());
      json.name("secretAccessKey").text(keys.secretAccessKey());
      if (keys.region().isPresent()) {
        json.name("awsRegion").text(keys.region().get());
      }
      json.endObject();
    } else {
      throw new AssertionError(credentials);
    }
  }

  private static void basic(JsonWriter json, Credentials.Basic user) {
    json.name("credentials").beginObject().name("user").text(user.user());
    json.name("password").text(user.password()).endObject();
  }
}
