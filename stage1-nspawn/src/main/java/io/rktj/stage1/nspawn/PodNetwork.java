// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.nspawn;

import io.rktj.linux.Kernel;
import io.rktj.stage1.Notices;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.Stage1Pod;
import io.rktj.stage1.plan.NetworkPlan;

/** A pod's network, as {@code --net} asks for it ({@code spec/rkt-runtime.md} section 17). */
final class PodNetwork {
  private final NetworkPlan plan;

  private PodNetwork(NetworkPlan plan) {
    this.plan = plan;
  }

  /** Makes the network; the host's own and a lonely one cost nothing. */
  static PodNetwork attach(Kernel kernel, Stage1Call call, Notices notices) {
    if (call.networks().contains("host")) {
      return new PodNetwork(new NetworkPlan.Host());
    }
    if (call.networks().contains("none")) {
      notices.note("networking: networking namespace with loopback only");
      return new PodNetwork(new NetworkPlan.LoopbackOnly());
    }
    throw new Stage1Exception("stage1: failed to setup network: not supported yet " + kernel.pid());
  }

  /** Gives back what {@link #attach} has made for a pod. May be repeated. */
  static void detach(Kernel kernel, Stage1Pod pod, Notices notices) {}

  NetworkPlan plan() {
    return plan;
  }

  /** Whether the network has brought name servers. */
  boolean writesResolv() {
    return false;
  }

  /** Undoes {@link #attach} because of {@code cause}. */
  void rollBack(Throwable cause) {}
}
