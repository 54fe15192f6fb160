// SPDX-License-Identifier: Apache-2.0
/** The test kit: image builder, command runner, discovery server. */
@NullMarked
package io.rktj.tests.kit;

import org.jspecify.annotations.NullMarked;
