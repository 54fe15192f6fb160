// SPDX-License-Identifier: Apache-2.0
/** {@code rkt metadata-service}: what apps may know of their pod (appc spec, metadata service). */
@NullMarked
package io.rktj.services.metadata;

import org.jspecify.annotations.NullMarked;
