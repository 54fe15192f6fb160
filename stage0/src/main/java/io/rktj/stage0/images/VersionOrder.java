// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.images;

/** The order of version labels that are numbers with dots, as far as it can be told. */
final class VersionOrder {
  private VersionOrder() {}

  /** Whether {@code version} is surely older than {@code other}. */
  static boolean isOlder(String version, String other) {
    String[] mine = numbers(version);
    String[] theirs = numbers(other);
    for (int i = 0; i < Math.max(mine.length, theirs.length); i++) {
      String one = i < mine.length ? mine[i] : "0";
      String two = i < theirs.length ? theirs[i] : "0";
      if (!isNumber(one) || !isNumber(two)) {
        return false;
      }
      int order = Long.compare(Long.parseLong(one), Long.parseLong(two));
      if (order != 0) {
        return order < 0;
      }
    }
    // a version before the one of its numbers, such as 2.0.0-rc1
    return core(version).length() < version.length() && core(other).length() == other.length();
  }

  private static String[] numbers(String version) {
    String core = core(version);
    return (core.startsWith("v") ? core.substring(1) : core).split("\\.", -1);
  }

  private static String core(String version) {
    int hyphen = version.indexOf('-');
    return hyphen < 0 ? version : version.substring(0, hyphen);
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty()
        && text.length() < 18
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
