// SPDX-License-Identifier: Apache-2.0
/** What stage0 and the servers it can become agree on; the servers themselves are elsewhere. */
@NullMarked
package io.rktj.stage0.service;

import org.jspecify.annotations.NullMarked;
