// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.host;

/** Contents of {@code /etc/hosts} in a pod ({@code spec/rkt-runtime.md} section 9). */
final class HostsFile {
  /** For apps whose image has none. */
  static final String FALLBACK =
      """
      # /etc/hosts of a pod, for images that bring none
      127.0.0.1 localhost localhost.domain localhost4 localhost4.localdomain4

      ::1 ip6-localhost ip6-loopback localhost6 localhost6.localdomain6
      fe00::0 ip6-localnet
      ff00::0 ip6-mcastprefix
      ff02::1 ip6-allnodes
      ff02::2 ip6-allrouters
      ff02::3 ip6-allhosts
      """;

  private static final String LOOPBACK = "127.0.0.1";

  private HostsFile() {}

  /** {@code hosts} with {@code hostname} on its first line for 127.0.0.1, or on one of its own. */
  static String withHostname(String hosts, String hostname) {
    int start = 0;
    while (start < hosts.length()) {
      int end = hosts.indexOf('\n', start);
      if (end < 0) {
        end = hosts.length();
      }
      if (hosts.startsWith(LOOPBACK, start) && isBlank(hosts, start + LOOPBACK.length())) {
        return hosts.substring(0, end) + " " + hostname + hosts.substring(end);
      }
      start = end + 1;
    }
    String lineBreak = hosts.isEmpty() || hosts.endsWith("\n") ? "" : "\n";
    return hosts + lineBreak + LOOPBACK + "\t" + hostname + "\n";
  }

  private static boolean isBlank(String text, int index) {
    return index < text.length() && (text.charAt(index) == ' ' || text.charAt(index) == '\t');
  }
}
