// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.stage0.config.HostAndPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.OptionalInt;

/** A range of IP addresses, {@code ADDRESS/BITS}. */
final class AddressRange {
  private final byte[] base;
  private final int bits;

  private AddressRange(byte[] base, int bits) {
    this.base = base;
    this.bits = bits;
  }

  static Optional<AddressRange> parse(String text) {
    int slash = text.indexOf('/');
    Optional<byte[]> base = address(text.substring(0, slash));
    try {
      int bits = Integer.parseInt(text.substring(slash + 1));
      return base.isPresent() && bits >= 0 && bits <= base.get().length * 8
          ? Optional.of(new AddressRange(base.get(), bits))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Whether {@code host} is an address, not a name, within the range. */
  boolean contains(String host) {
    Optional<byte[]> address = address(host);
    return address.isPresent() && contains(address.get());
  }

  /** Whether the address of these bytes lies within the range. */
  boolean contains(byte[] address) {
    if (address.length != base.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      int mask = 0x80 >> (bit % 8);
      if ((address[bit / 8] & mask) != (base[bit / 8] & mask)) {
        return false;
      }
    }
    return true;
  }

  private static Optional<byte[]> address(String text) {
    if (text.isEmpty() || !new HostAndPort(text, OptionalInt.empty()).isAddress()) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(text).getAddress());
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }
}
