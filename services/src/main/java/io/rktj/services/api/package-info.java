// SPDX-License-Identifier: Apache-2.0
/** {@code rkt api-service}: what pods and images there are, for other programs, by gRPC. */
@NullMarked
package io.rktj.services.api;

import org.jspecify.annotations.NullMarked;
