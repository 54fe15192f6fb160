// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.AcName;
import java.util.Optional;

/** A volume seen at a path of an app. */
public record Mount(AcName volume, String path, Optional<Volume> appVolume) {}
