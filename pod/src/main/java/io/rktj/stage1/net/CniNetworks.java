// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.net;

import io.rktj.PodException;
import io.rktj.linux.Kernel;
import io.rktj.pod.HostException;
import io.rktj.pod.PodLayout;
import io.rktj.spec.Uuid;
import io.rktj.spec.manifest.ExposedPort;
import io.rktj.stage1.Activation;
import io.rktj.stage1.Notices;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.Stage1Pod;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes and removes the networks of one pod, a name space of its own included. */
final class CniNetworks {
  private final Kernel kernel;
  private final Notices notices;
  private final Uuid uuid;
  private final NetworkRecords records;
  private final Map<String, String> environment;
  private final PluginFinder finder;
  private final CniPlugin plugin;
  private final Path localConfig;
  private boolean resolv;
  private int interfaces;
  private String hostAddress = "";

  private CniNetworks(Kernel kernel, Notices notices, Stage1Pod pod) {
    this.kernel = kernel;
    this.notices = notices;
    uuid = pod.uuid();
    PodLayout layout = pod.layout();
    records = new NetworkRecords(kernel, layout);
    environment = CniPlugin.environment(pod.environment());
    finder = PluginFinder.of(kernel, pod.localConfig(), layout);
    plugin = new CniPlugin(environment, finder.searchPath(), uuid, layout.directory());
    localConfig = Path.of(pod.localConfig());
  }

  static CniNetworks of(Kernel kernel, Notices notices, Stage1Pod pod) {
    return new CniNetworks(kernel, notices, pod);
  }

  /** Joins all networks that {@code call} asks for, or leaves nothing behind. */
  void attach(Stage1Call call) {
    List<ExposedPort> ports =
        call.sockets().isEmpty() ? call.manifest().ports() : Activation.forwarded(call);
    List<PortForward> forwards = PortForward.resolve(ports, call.apps());
    List<NetworkConfigs.Selected> networks =
        NetworkConfigs.load(localConfig.resolve("net.d"), notices).select(call.networks());
    List<String> programs = new ArrayList<>();
    for (NetworkConfigs.Selected network : networks) {
      programs.add(finder.find(network.config().type()));
    }
    String namespace = NetworkNamespace.path(uuid);
    records.writeNamespace(namespace);
    try {
      new NetworkNamespace(kernel).create(namespace, call.users());
      join(call, networks, programs, forwards);
    } catch (PodException e) {
      rollBack(e);
      throw e;
    }
  }

  /** How many interfaces the pod has, {@code eth0} and so on. */
  int interfaces() {
    return interfaces;
  }

  /** The host's address on the network that ports are forwarded to; empty if it has none there. */
  String hostAddress() {
    return hostAddress;
  }

  /** Whether a network has brought name servers that were wanted. */
  boolean writesResolv() {
    return resolv;
  }

  /** Removes everything; what goes wrong is added to {@code cause}. */
  void rollBack(Throwable cause) {
    try {
      detach();
    } catch (PodException e) {
      cause.addSuppressed(e);
    }
  }

  /** Removes everything, last first; may be repeated, and finds what a crash has left. */
  void detach() {
    if (!records.hasNamespace()) {
      return;
    }
    if (records.hasForwards()) {
      new Iptables(environment).applyWherePossible(new ForwardRules(uuid).tearDown());
      records.unmarkForwards();
    }
    List<NetInfo> networks = records.readNetworks();
    for (int i = networks.size() - 1; i >= 0; i--) {
      NetInfo network = networks.get(i);
      if (records.hasConfig(network)) {
        delete(network);
        records.removeConfig(network);
      }
    }
    new NetworkNamespace(kernel).remove(NetworkNamespace.path(uuid));
  }

  /** A plugin that fails here cannot be helped, and must not keep the pod from going. */
  private void delete(NetInfo network) {
    if (network.ip().isEmpty()) {
      new RunningPlugins(uuid).awaitEnd(CniPlugin.TIMEOUT_SECONDS);
    }
    try {
      plugin.delete(network, records.config(network));
    } catch (PodException e) {
      notices.warn(String.valueOf(e.getMessage()));
    }
  }

  private void join(
      Stage1Call call,
      List<NetworkConfigs.Selected> networks,
      List<String> programs,
      List<PortForward> forwards) {
    List<NetInfo> joined = new ArrayList<>();
    List<CniResult> results = new ArrayList<>();
    for (int i = 0; i < networks.size(); i++) {
      NetworkConfig config = networks.get(i).config();
      String interfaceName = "eth" + i;
      NetInfo network =
          new NetInfo(
              config.name(),
              records.saveConfig(config, interfaceName, joined),
              programs.get(i),
              interfaceName,
              "",
              networks.get(i).arguments(),
              "");
      joined.add(network);
      records.writeNetworks(joined);
      notices.note("networking: loading network " + config.name() + " with type " + config.type());
      CniResult result = plugin.add(network, records.config(network));
      results.add(result);
      joined.set(i, network.withAddress(result.ip().orElse(""), result.mask().orElse("")));
      records.writeNetworks(joined);
      if (call.dns() == Stage1Call.DnsMode.DEFAULT) {
        useNameServers(config.name(), result);
      }
    }
    interfaces = networks.size();
    if (!results.isEmpty()) {
      hostAddress = results.get(forwardingNetwork(networks)).gateway().orElse("");
    }
    forward(networks, results, forwards);
  }

  private void useNameServers(String network, CniResult result) {
    Optional<String> text = result.resolvConf(network);
    if (text.isEmpty()) {
      return;
    }
    if (resolv) {
      notices.warn(
          "Warning: network "
              + network
              + " plugin specified DNS configuration, but DNS already supplied");
      return;
    }
    records.writeResolvConf(text.get());
    resolv = true;
  }

  private void forward(
      List<NetworkConfigs.Selected> networks, List<CniResult> results, List<PortForward> forwards) {
    if (forwards.isEmpty()) {
      return;
    }
    if (networks.isEmpty()) {
      throw new Stage1Exception(
          "stage1: failed to setup network: cannot forward ports: no networks found");
    }
    CniResult target = results.get(forwardingNetwork(networks));
    Optional<String> address = target.ip();
    if (address.isEmpty()) {
      throw new Stage1Exception(
          "stage1: failed to setup network: cannot forward ports: the pod has no address");
    }
    records.markForwards();
    new Iptables(environment).apply(new ForwardRules(uuid).setUp(forwards, address.get()));
    if (target.gateway().isPresent()) {
      routeLocalhost(target.gateway().get());
    }
  }

  /** The first network that masquerades, else the last. */
  private static int forwardingNetwork(List<NetworkConfigs.Selected> networks) {
    for (int i = 0; i < networks.size(); i++) {
      if (networks.get(i).config().isMasquerading()) {
        return i;
      }
    }
    return networks.size() - 1;
  }

  /** Lets packets to the pod's ports on 127.0.0.1 leave by the interface with {@code gateway}. */
  private static void routeLocalhost(String gateway) {
    try {
      NetworkInterface host = NetworkInterface.getByInetAddress(InetAddress.getByName(gateway));
      if (host == null) {
        return; // no interface of this host: then localhost does not lead to the pod
      }
      String file = "/proc/sys/net/ipv4/conf/" + host.getName() + "/route_localnet";
      try (FileOutputStream out = new FileOutputStream(file)) {
        out.write("1".getBytes(StandardCharsets.US_ASCII));
      }
    } catch (IOException e) {
      throw new HostException(
          "stage1: failed to setup network: cannot forward ports of localhost", e);
    }
  }
}
