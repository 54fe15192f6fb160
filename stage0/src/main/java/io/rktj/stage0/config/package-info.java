// SPDX-License-Identifier: Apache-2.0
/** System, local and user configuration files to one record. */
@NullMarked
package io.rktj.stage0.config;

import org.jspecify.annotations.NullMarked;
