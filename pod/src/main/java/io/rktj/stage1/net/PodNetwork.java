// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.net;

import io.rktj.linux.Kernel;
import io.rktj.stage1.Notices;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.Stage1Pod;
import io.rktj.stage1.plan.NetworkPlan;
import org.jspecify.annotations.Nullable;

/**
 * A pod's network, as {@code --net} asks for it ({@code spec/rkt-runtime.md} section 17). The
 * host's own network and the lonely one are made by nobody and cost nothing here.
 */
public final class PodNetwork {
  private static final String HOST_ITSELF = "127.0.0.1";
  private static final int METADATA_PORT = 18112;

  private final NetworkPlan plan;
  private final @Nullable CniNetworks networks;

  private PodNetwork(NetworkPlan plan, @Nullable CniNetworks networks) {
    this.plan = plan;
    this.networks = networks;
  }

  /** Makes the network of {@code call}'s pod; if that fails, nothing of it is left. */
  public static PodNetwork attach(Kernel kernel, Stage1Call call, Notices notices) {
    if (call.networks().contains("host")) {
      return new PodNetwork(new NetworkPlan.Host(), null);
    }
    if (call.networks().contains("none")) {
      notices.note("networking: networking namespace with loopback only");
      return new PodNetwork(new NetworkPlan.LoopbackOnly(), null);
    }
    CniNetworks networks =
        CniNetworks.of(
            kernel,
            notices,
            new Stage1Pod(
                call.uuid(), call.layout(), call.localConfig(), call.debug(), call.environment()));
    networks.attach(call);
    return new PodNetwork(new NetworkPlan.Joined(NetworkNamespace.path(call.uuid())), networks);
  }

  /** Gives back what {@link #attach} has made for a pod, or what a crash has left of it. */
  public static void detach(Kernel kernel, Stage1Pod pod, Notices notices) {
    CniNetworks.of(kernel, notices, pod).detach();
  }

  /** How the pod gets into it. */
  public NetworkPlan plan() {
    return plan;
  }

  /** How many interfaces the pod has of networks, {@code eth0} and so on. */
  public int interfaces() {
    return networks == null ? 0 : networks.interfaces();
  }

  /** Whether a network has brought name servers, which are in {@code etc/rkt-resolv.conf}. */
  public boolean writesResolv() {
    return networks != null && networks.writesResolv();
  }

  /**
   * What the apps of {@code call}'s pod find as {@code AC_METADATA_URL} ({@code
   * spec/rkt-runtime.md} section 21): the host as it is seen from the network that ports are
   * forwarded to. Empty for a pod that is not registered.
   */
  public String metadataUrl(Stage1Call call) {
    if (call.metadataToken().isEmpty()) {
      return "";
    }
    String host = networks == null ? HOST_ITSELF : networks.hostAddress();
    if (host.isEmpty()) {
      throw new Stage1Exception(
          "stage1: cannot tell the apps where the metadata service is: the host has no address on"
              + " the pod's networks");
    }
    return "http://" + host + ":" + METADATA_PORT + "/" + call.metadataToken();
  }

  /** Undoes {@link #attach} because the pod does not start; failures are added to {@code cause}. */
  public void rollBack(Throwable cause) {
    if (networks != null) {
      networks.rollBack(cause);
    }
  }
}
