// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

/** The network name space of a pod. */
public sealed interface NetworkPlan {
  /** The host's own. */
  record Host() implements NetworkPlan {}

  /** A new one with nothing but loopback, made by pod-init. */
  record LoopbackOnly() implements NetworkPlan {}

  /** One made before, bound at {@code path} on the host. */
  record Joined(String path) implements NetworkPlan {}
}
