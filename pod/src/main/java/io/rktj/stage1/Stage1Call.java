// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1;

import io.rktj.pod.IdRange;
import io.rktj.pod.PodLayout;
import io.rktj.spec.Uuid;
import io.rktj.spec.manifest.Annotation;
import io.rktj.spec.manifest.PodManifest;
import java.util.List;

/**
 * Everything that stage0 tells a flavour's {@code run} (rkt's run arguments and environment, see
 * {@code docs/architecture.md}).
 *
 * @param layout the pod directory, in state running
 * @param overlay whether app roots are overlays over rendered trees, or copies
 * @param networks entries of {@code --net}: {@code host}, {@code none}, {@code default}, or {@code
 *     NAME[:ARGS]}
 * @param hostname the pod's host name; empty for the default
 * @param ipc word of {@code --ipc}: empty, {@code auto}, {@code private} or {@code parent}
 * @param users the ids that are the pod's own, in a user name space; none if it has none
 * @param lockFd the locked pod directory, kept open until the pod has ended
 * @param sockets what systemd has opened for the pod, by descriptors that stay open till then
 * @param metadataToken what the metadata service knows the pod by; empty if it does not know it
 * @param environment the caller's environment as {@code NAME=VALUE}
 */
public record Stage1Call(
    Uuid uuid,
    PodLayout layout,
    PodManifest manifest,
    List<PreparedApp> apps,
    boolean overlay,
    List<String> networks,
    boolean interactive,
    String hostname,
    DnsMode dns,
    HostsMode hosts,
    String ipc,
    boolean restrictCapabilities,
    boolean protectPaths,
    boolean filterSystemCalls,
    String localConfig,
    boolean debug,
    IdRange users,
    int lockFd,
    List<ActivationSocket> sockets,
    String metadataToken,
    List<String> environment) {
  /** The word of {@code --ipc} for a pod that shares the name space of its caller. */
  public static final String PARENT_IPC = "parent";

  /** Annotation of a pod whose apps may come and go, {@code true} or {@code false}. */
  public static final String MUTABLE = "coreos.com/rkt/stage1/mutable";

  /** Copies its lists. */
  public Stage1Call {
    apps = List.copyOf(apps);
    networks = List.copyOf(networks);
    sockets = List.copyOf(sockets);
    environment = List.copyOf(environment);
  }

  /** Whether the pod has an IPC name space of its own. */
  public boolean privateIpc() {
    return !ipc.equals(PARENT_IPC);
  }

  /** Whether apps may come to the pod and leave it while it runs; the pod's manifest says so. */
  public boolean isMutable() {
    return isMutable(manifest);
  }

  /** As {@link #isMutable()}, of any pod's manifest. */
  public static boolean isMutable(PodManifest manifest) {
    List<Annotation> annotations = manifest.annotations();
    for (int i = 0; i < annotations.size(); i++) {
      if (annotations.get(i).name().value().equals(MUTABLE)) {
        return annotations.get(i).value().equals("true");
      }
    }
    return false;
  }

  /** Where {@code /etc/resolv.conf} comes from ({@code spec/rkt-runtime.md} section 9). */
  public enum DnsMode {
    /** The first network that says, else the image's own. */
    DEFAULT,
    /** The host's file, read-only. */
    HOST,
    /** Nothing. */
    NONE,
    /** The file {@code etc/rkt-resolv.conf} that stage0 has written in the pod's root. */
    STAGE0
  }

  /** Where {@code /etc/hosts} comes from. */
  public enum HostsMode {
    /** The image's own, or a fall-back. */
    DEFAULT,
    /** The host's file, read-only. */
    HOST,
    /** The file {@code etc/rkt-hosts} that stage0 has written in the pod's root. */
    STAGE0
  }
}
