// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.net;

import io.rktj.pod.HostException;
import io.rktj.spec.json.JsonCursor;
import io.rktj.stage1.Notices;
import io.rktj.stage1.Stage1Exception;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The networks of this machine: two of our own, and those of {@code net.d} in the local
 * configuration, which may replace ours ({@code spec/rkt-runtime.md} section 17).
 */
final class NetworkConfigs {
  private static final String DEFAULT =
      """
      {
        "cniVersion": "0.4.0",
        "name": "default",
        "type": "ptp",
        "ipMasq": true,
        "ipam": {
          "type": "host-local",
          "subnet": "172.16.28.0/24",
          "routes": [{"dst": "0.0.0.0/0"}]
        }
      }
      """;

  private static final String DEFAULT_RESTRICTED =
      """
      {
        "cniVersion": "0.4.0",
        "name": "default-restricted",
        "type": "ptp",
        "ipMasq": false,
        "ipam": {
          "type": "host-local",
          "subnet": "172.31.0.0/16"
        }
      }
      """;

  /** A network to join, and its plugin's arguments. */
  record Selected(NetworkConfig config, String arguments) {}

  private final List<NetworkConfig> networks = new ArrayList<>();
  private final List<String> chained = new ArrayList<>();

  private NetworkConfigs() {}

  /** Our own networks and those in {@code directory}, which may be missing. */
  static NetworkConfigs load(Path directory, Notices notices) {
    NetworkConfigs configs = new NetworkConfigs();
    List<NetworkConfig> local = new ArrayList<>();
    for (Path file : configs.files(directory)) {
      NetworkConfig config = NetworkConfig.parse(file.toString(), read(file));
      if (find(local, config.name()) == null) {
        local.add(config);
      } else {
        notices.warn(
            "\"" + config.name() + "\" network already defined, ignoring " + file.getFileName());
      }
    }
    for (NetworkConfig own : builtIn()) {
      if (find(local, own.name()) == null) {
        configs.networks.add(own);
      } else {
        notices.note("overriding \"" + own.name() + "\" network with one from " + directory);
      }
    }
    configs.networks.addAll(local);
    configs.networks.sort(Comparator.comparing(NetworkConfig::file));
    return configs;
  }

  /** The networks that {@code requests} name, in the order of their files. */
  List<Selected> select(List<String> requests) {
    List<NetworkRequest> wanted = new ArrayList<>();
    for (String request : requests.isEmpty() ? List.of("default") : requests) {
      wanted.add(NetworkRequest.parse(request));
    }
    requireKnown(wanted);
    List<Selected> selected = new ArrayList<>();
    for (NetworkConfig network : networks) {
      for (NetworkRequest request : wanted) {
        if (request.name().equals(network.name()) || request.name().equals("all")) {
          selected.add(new Selected(network, request.arguments()));
          break;
        }
      }
    }
    return selected;
  }

  private void requireKnown(List<NetworkRequest> wanted) {
    List<String> missing = new ArrayList<>();
    for (NetworkRequest request : wanted) {
      if (chained.contains(request.name())) {
        throw new Stage1Exception(
            "stage1: failed to setup network: \""
                + request.name()
                + "\" is a chain of plugins (.conflist): not supported yet");
      }
      if (find(networks, request.name()) == null && !request.name().equals("all")) {
        missing.add(request.name());
      }
    }
    if (!missing.isEmpty()) {
      throw new Stage1Exception(
          "stage1: failed to setup network: error loading network definitions:"
              + " networks not found: "
              + String.join(", ", missing));
    }
  }

  private static @Nullable NetworkConfig find(List<NetworkConfig> networks, String name) {
    for (NetworkConfig network : networks) {
      if (network.name().equals(name)) {
        return network;
      }
    }
    return null;
  }

  private static List<NetworkConfig> builtIn() {
    return List.of(
        NetworkConfig.parse("99-default.conf", DEFAULT.getBytes(StandardCharsets.UTF_8)),
        NetworkConfig.parse(
            "99-default-restricted.conf", DEFAULT_RESTRICTED.getBytes(StandardCharsets.UTF_8)));
  }

  /** The {@code .conf} files in name order; of {@code .conflist} files only the names are kept. */
  private List<Path> files(Path directory) {
    List<Path> files = new ArrayList<>();
    if (!Files.isDirectory(directory)) {
      return files;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (entry.toString().endsWith(".conf")) {
          files.add(entry);
        } else if (entry.toString().endsWith(".conflist")) {
          chained.add(JsonCursor.parse(read(entry), entry.toString()).text("name"));
        }
      }
    } catch (IOException e) {
      throw new HostException("stage1: cannot read networks in \"" + directory + "\"", e);
    }
    Collections.sort(files);
    return files;
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new HostException("stage1: cannot read network \"" + file + "\"", e);
    }
  }
}
