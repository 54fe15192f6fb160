// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

/** A key from the store and the names it is trusted for. */
record TrustedKey(KeyRing ring, KeyScope scope) {}
