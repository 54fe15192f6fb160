// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.AcName;

/** A port on which an app listens; informational, and the target of forwards. */
public record Port(AcName name, String protocol, int port, int count, boolean socketActivated) {}
