// SPDX-License-Identifier: Apache-2.0
/** Image reference to fetched bytes; only home of OkHttp. */
@NullMarked
package io.rktj.stage0.fetch;

import org.jspecify.annotations.NullMarked;
