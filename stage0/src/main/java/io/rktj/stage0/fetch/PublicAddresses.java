// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import okhttp3.Dns;

/**
 * Looks names up and answers with public addresses only: pages and redirects of strangers are not
 * to lead to services of this host or of its networks. The address that was judged is the one that
 * is connected to.
 */
final class PublicAddresses implements Dns {
  /** Registered for something else than public hosts, and ranges that carry such addresses. */
  private static final List<AddressRange> OTHERS =
      List.of(
              "0.0.0.0/8",
              "10.0.0.0/8",
              "100.64.0.0/10",
              "127.0.0.0/8",
              "169.254.0.0/16",
              "172.16.0.0/12",
              "192.0.0.0/24",
              "192.168.0.0/16",
              "198.18.0.0/15",
              "224.0.0.0/3",
              "::/96",
              "64:ff9b::/96",
              "64:ff9b:1::/48",
              "2002::/16",
              "fc00::/7",
              "fe80::/10",
              "fec0::/10",
              "ff00::/8")
          .stream()
          .map(text -> AddressRange.parse(text).orElseThrow())
          .toList();

  /** Of the names that the system knows; one, so that connections are kept. */
  static final PublicAddresses SYSTEM = new PublicAddresses(Dns.SYSTEM);

  private final Dns names;

  PublicAddresses(Dns names) {
    this.names = names;
  }

  @Override
  public List<InetAddress> lookup(String host) throws UnknownHostException {
    List<InetAddress> found = names.lookup(host);
    for (InetAddress address : found) {
      require(host, address);
    }
    return found;
  }

  /** Judges a host that is an address in numbers, in any spelling: those are not looked up. */
  static void requirePublic(String host) {
    if (!isInNumbers(host)) {
      return;
    }
    try {
      require(host, InetAddress.getByName(host));
    } catch (UnknownHostException e) {
      throw new FetchException(String.valueOf(e.getMessage()), e);
    }
  }

  /** What the client takes for an address: 2130706433 is one, too. */
  private static boolean isInNumbers(String host) {
    return host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
  }

  private static void require(String host, InetAddress address) throws UnknownHostException {
    byte[] bytes = address.getAddress();
    if (OTHERS.stream().anyMatch(range -> range.contains(bytes))) {
      throw new UnknownHostException(refusal(host, address.getHostAddress()));
    }
  }

  private static String refusal(String host, String address) {
    return "cannot connect to \""
        + host
        + "\": "
        + address
        + " is a private address, which the configuration refuses";
  }
}
