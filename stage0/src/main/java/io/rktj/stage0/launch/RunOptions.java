// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import java.util.List;

/**
 * What the command line says about running a pod, as against making it.
 *
 * @param networks entries of {@code --net}
 * @param hostname empty for the default
 * @param ipc word of {@code --ipc}, empty if there was none
 * @param restrictCapabilities false only by {@code --insecure-options=capabilities}
 * @param protectPaths false only by {@code --insecure-options=paths}
 * @param filterSystemCalls false only by {@code --insecure-options=seccomp}
 * @param metadataSocket where the pod is registered with the metadata service; empty for nowhere
 */
public record RunOptions(
    List<String> networks,
    boolean interactive,
    String hostname,
    NameResolution names,
    String ipc,
    boolean restrictCapabilities,
    boolean protectPaths,
    boolean filterSystemCalls,
    String metadataSocket,
    Caller caller) {
  /** Copies its list. */
  public RunOptions {
    networks = List.copyOf(networks);
  }

  /** The same for a caller whose variables are other ones. */
  public RunOptions by(Caller other) {
    return new RunOptions(
        networks,
        interactive,
        hostname,
        names,
        ipc,
        restrictCapabilities,
        protectPaths,
        filterSystemCalls,
        metadataSocket,
        other);
  }
}
