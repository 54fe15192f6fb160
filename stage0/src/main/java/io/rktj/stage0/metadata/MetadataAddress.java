// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.metadata;

import io.rktj.pod.HostException;
import java.nio.file.Path;

/**
 * Where the metadata service of this host is registered with ({@code spec/rkt-cli.md} section
 * 4.20). The place is the host's, and nothing a pod says can move it.
 */
public final class MetadataAddress {
  /** Variable that names another socket, for those who run a service of their own. */
  public static final String VARIABLE = "RKT_METADATA_SOCKET";

  private static final String SOCKET = "/run/rkt/metadata-svc.sock";

  private MetadataAddress() {}

  /** The socket for registrations; {@code other} is the value of {@link #VARIABLE}, or empty. */
  public static Path socket(String other) {
    if (other.isEmpty()) {
      return Path.of(SOCKET);
    }
    if (!other.startsWith("/")) {
      throw new HostException(
          "cannot use " + VARIABLE + " \"" + other + "\": it is no absolute path");
    }
    return Path.of(other);
  }
}
