// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.net;

import io.rktj.spec.json.JsonCursor;
import io.rktj.spec.json.JsonWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A network that a pod has joined, as the file {@code net-info.json} in the pod's directory keeps
 * it for {@code list}, {@code status} and {@code gc}; written by {@link PodNetwork} only.
 *
 * <pre>{@code
 * [{"netName":"default","netConf":"net/99-default.conf","pluginPath":"/usr/lib/cni/ptp",
 *   "ifName":"eth0","ip":"172.16.28.2","args":"","mask":"255.255.255.0"}]
 * }</pre>
 *
 * @param netConf the saved configuration, below the pod's directory
 * @param ip the pod's address; empty as long as the plugin has not answered
 */
public record NetInfo(
    String netName,
    String netConf,
    String pluginPath,
    String ifName,
    String ip,
    String args,
    String mask) {
  /** Reads the file; {@code path} names it in errors. */
  public static List<NetInfo> parse(byte[] text, String path) {
    JsonCursor document = JsonCursor.parse(text, path);
    List<NetInfo> networks = new ArrayList<>();
    if (document.isNull()) {
      return networks;
    }
    for (JsonCursor network : document.list()) {
      networks.add(
          new NetInfo(
              network.text("netName"),
              network.text("netConf"),
              network.text("pluginPath"),
              network.text("ifName"),
              text(network, "ip"),
              text(network, "args"),
              text(network, "mask")));
    }
    return networks;
  }

  private static String text(JsonCursor network, String name) {
    Optional<String> text = network.optionalText(name);
    return text.orElse("");
  }

  /** The file's content. */
  static String write(List<NetInfo> networks) {
    JsonWriter json = JsonWriter.compact().beginArray();
    for (NetInfo network : networks) {
      json.beginObject()
          .member("netName", network.netName)
          .member("netConf", network.netConf)
          .member("pluginPath", network.pluginPath)
          .member("ifName", network.ifName)
          .member("ip", network.ip)
          .member("args", network.args)
          .member("mask", network.mask)
          .endObject();
    }
    return json.endArray().finish();
  }

  NetInfo withAddress(String address, String dottedMask) {
    return new NetInfo(netName, netConf, pluginPath, ifName, address, args, dottedMask);
  }
}
