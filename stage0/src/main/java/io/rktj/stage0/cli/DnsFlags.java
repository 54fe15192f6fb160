// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.stage0.launch.NameResolution;
import io.rktj.stage1.Stage1Call.DnsMode;
import io.rktj.stage1.Stage1Call.HostsMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code --dns} and its relatives, and {@code --hosts-entry} ({@code spec/rkt-cli.md} section 3.5).
 * Differs from rkt: wrong values are refused before a pod is made.
 */
final class DnsFlags {
  private final List<String> servers = new ArrayList<>();
  private final List<String> searches = new ArrayList<>();
  private final List<String> options = new ArrayList<>();
  private final List<String> hosts = new ArrayList<>();
  private String domain = "";

  /** Takes one of the flags; false if it is another one. */
  boolean take(String name, String value) {
    switch (name) {
      case "dns" -> servers.addAll(Words.split(value, ','));
      case "dns-search" -> searches.add(value);
      case "dns-opt" -> options.add(value);
      case "dns-domain" -> domain = value;
      case "hosts-entry" -> hosts.add(value);
      default -> {
        return false;
      }
    }
    return true;
  }

  NameResolution resolution() {
    return new NameResolution(
        dnsMode(),
        dnsMode() == DnsMode.STAGE0 ? servers : List.of(),
        searches,
        options,
        domain,
        hostsMode(),
        addresses());
  }

  private DnsMode dnsMode() {
    boolean more = !searches.isEmpty() || !options.isEmpty() || !domain.isEmpty();
    if (servers.contains("host")) {
      if (servers.size() > 1) {
        throw new UsageException("no other --dns options allowed when --dns=host is passed");
      }
      if (more) {
        throw new UsageException(
            "Cannot call --dns-opt, --dns-search, or --dns-domain with --dns=host");
      }
      return DnsMode.HOST;
    }
    if (servers.size() == 1 && servers.get(0).equals("none")) {
      if (more) {
        throw new UsageException(
            "Cannot call --dns-opt, --dns-search, or --dns-domain with --dns=none");
      }
      return DnsMode.NONE;
    }
    for (String server : servers) {
      if (!Words.isIp(server)) {
        throw new UsageException("Invalid IP passed to --dns: " + server);
      }
    }
    return more || !servers.isEmpty() ? DnsMode.STAGE0 : DnsMode.DEFAULT;
  }

  private HostsMode hostsMode() {
    if (hosts.isEmpty()) {
      return HostsMode.DEFAULT;
    }
    return hosts.contains("host") ? HostsMode.HOST : HostsMode.STAGE0;
  }

  /** Names by address, both in the order given. */
  private Map<String, List<String>> addresses() {
    Map<String, List<String>> names = new LinkedHashMap<>();
    boolean host = hosts.contains("host");
    for (String value : hosts) {
      if (host && !value.equals("host")) {
        throw new UsageException("cannot pass --hosts-entry=host with multiple hosts-entries");
      }
      if (!host) {
        addEntries(names, value);
      }
    }
    return names;
  }

  private static void addEntries(Map<String, List<String>> names, String value) {
    for (String entry : Words.split(value, ',')) {
      int equals = entry.indexOf('=');
      if (equals < 0 || entry.indexOf('=', equals + 1) >= 0 || equals + 1 == entry.length()) {
        throw new UsageException("Did not understand --hosts-entry " + value);
      }
      String ip = entry.substring(0, equals);
      if (!Words.isIp(ip)) {
        throw new UsageException("Invalid IP passed to --hosts-entry: " + ip);
      }
      names.computeIfAbsent(ip, key -> new ArrayList<>()).add(entry.substring(equals + 1));
    }
  }
}
