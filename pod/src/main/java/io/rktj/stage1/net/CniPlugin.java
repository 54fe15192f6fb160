// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.net;

import io.rktj.pod.HostException;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Uuid;
import io.rktj.spec.json.JsonCursor;
import io.rktj.stage1.Stage1Exception;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Calls plugins as the CNI specification says: environment, standard input, JSON back. */
final class CniPlugin {
  /** How long a plugin may take. */
  static final long TIMEOUT_SECONDS = 60;

  private static final String NO_IPTABLES = "failed to locate iptables";
  private static final String SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

  private final Map<String, String> environment;
  private final String searchPath;
  private final Uuid uuid;
  private final Path directory;
  private final HostProgram program;

  CniPlugin(Map<String, String> environment, String searchPath, Uuid uuid, Path directory) {
    this(environment, searchPath, uuid, directory, TIMEOUT_SECONDS);
  }

  CniPlugin(
      Map<String, String> environment,
      String searchPath,
      Uuid uuid,
      Path directory,
      long timeoutSeconds) {
    this.environment = environment;
    this.searchPath = searchPath;
    this.uuid = uuid;
    this.directory = directory;
    program = new HostProgram(timeoutSeconds, false);
  }

  /** The caller's environment for programs of the host, with the directories of administrators. */
  static Map<String, String> environment(List<String> caller) {
    Map<String, String> environment = new HashMap<>();
    for (String entry : caller) {
      int equals = entry.indexOf('=');
      if (equals > 0 && !entry.startsWith("CNI_")) {
        environment.put(entry.substring(0, equals), entry.substring(equals + 1));
      }
    }
    String path = environment.getOrDefault("PATH", "");
    environment.put("PATH", path.isEmpty() ? SYSTEM_PATH : path + ":" + SYSTEM_PATH);
    return environment;
  }

  /** ADD: joins the pod's name space to the network. */
  CniResult add(NetInfo network, Path config) {
    String failure =
        "stage1: failed to setup network: error adding network \"" + network.netName() + "\"";
    try {
      HostProgram.Outcome outcome = call("ADD", network, config);
      if (outcome.status() != 0) {
        throw refusal(failure, reason(outcome));
      }
      return CniResult.parse(outcome.output().toArray(), network.pluginPath());
    } catch (IOException | MalformedException e) {
      throw new HostException(failure, e);
    }
  }

  private static Stage1Exception refusal(String failure, String reason) {
    return reason.contains(NO_IPTABLES)
        ? new Stage1Exception(failure + ": " + reason, "install the Debian package iptables", null)
        : new Stage1Exception(failure + ": " + reason);
  }

  /** DEL: undoes ADD, and does no harm where that has been done or has never come so far. */
  void delete(NetInfo network, Path config) {
    String failure = "networking: error deleting \"" + network.netName() + "\"";
    try {
      HostProgram.Outcome outcome = call("DEL", network, config);
      if (outcome.status() != 0) {
        throw new Stage1Exception(failure + ": " + reason(outcome));
      }
    } catch (IOException e) {
      throw new HostException(failure, e);
    }
  }

  private HostProgram.Outcome call(String command, NetInfo network, Path config)
      throws IOException {
    Map<String, String> variables = new HashMap<>(environment);
    variables.put("CNI_VERSION", "0.1.0");
    variables.put("CNI_COMMAND", command);
    variables.put("CNI_CONTAINERID", uuid.toString());
    variables.put("CNI_NETNS", NetworkNamespace.path(uuid));
    variables.put("CNI_ARGS", network.args());
    variables.put("CNI_IFNAME", network.ifName());
    variables.put("CNI_PATH", searchPath);
    return program.run(List.of(network.pluginPath()), variables, directory, config.toFile());
  }

  /** The message of the plugin's error document, or what there is instead. */
  private static String reason(HostProgram.Outcome outcome) {
    try {
      JsonCursor error = JsonCursor.parse(outcome.output().toArray(), "error");
      String details = error.optionalText("details").orElse("");
      return error.text("msg") + (details.isEmpty() ? "" : "; " + details);
    } catch (MalformedException e) {
      return "exit status " + outcome.status();
    }
  }
}
