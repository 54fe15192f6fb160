// SPDX-License-Identifier: Apache-2.0
/** Open, sniff, walk, check, write and hash an ACI; only home of Commons Compress. */
@NullMarked
package io.rktj.spec.archive;

import org.jspecify.annotations.NullMarked;
