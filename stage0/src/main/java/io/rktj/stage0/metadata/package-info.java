// SPDX-License-Identifier: Apache-2.0
/** Registers pods with the metadata service of this host, and takes them off again. */
@NullMarked
package io.rktj.stage0.metadata;

import org.jspecify.annotations.NullMarked;
