// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.actool;

/**
 * An option.
 *
 * @param isSwitch whether it takes a value only behind an equals sign
 */
record Flag(String name, boolean isSwitch, String help) {
  static Flag toggle(String name, String help) {
    return new Flag(name, true, help);
  }

  static Flag value(String name, String help) {
    return new Flag(name, false, help);
  }
}
