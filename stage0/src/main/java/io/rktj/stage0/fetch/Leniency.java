// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

/**
 * Which protections of the transport the user has switched off.
 *
 * @param unverifiedTls certificates and host names are not checked
 * @param plainHttp http is allowed where https is asked for
 */
public record Leniency(boolean unverifiedTls, boolean plainHttp) {
  /** Everything is checked. */
  public static final Leniency NONE = new Leniency(false, false);
}
