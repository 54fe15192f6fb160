// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.AcName;
import java.util.Optional;

/** A port of the host that leads into the pod. */
public record ExposedPort(
    AcName name, int hostPort, Optional<String> hostIp, Optional<Port> podPort) {}
