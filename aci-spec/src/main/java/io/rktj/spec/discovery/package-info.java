// SPDX-License-Identifier: Apache-2.0
/** Image string grammar, discovery templates, meta tags; no network. */
@NullMarked
package io.rktj.spec.discovery;

import org.jspecify.annotations.NullMarked;
