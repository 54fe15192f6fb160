// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.AcName;

/** A place in an image where a volume is wanted. */
public record MountPoint(AcName name, String path, boolean readOnly) {}
