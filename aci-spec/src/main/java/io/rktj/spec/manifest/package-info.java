// SPDX-License-Identifier: Apache-2.0
/** Image and pod manifests as records. May use {@code spec}. */
@NullMarked
package io.rktj.spec.manifest;

import org.jspecify.annotations.NullMarked;
