// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicAddressesTest {
  private static final InetAddress PUBLIC = address("192.0.2.7");

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.0.9",
        "127.1",
        "2130706433",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "fd00::1",
        "fe80::1",
        "ff02::1"
      })
  void refusesWhatIsNotPublic(String text) {
    PublicAddresses names = new PublicAddresses(host -> List.of(PUBLIC, address(text)));

    assertThatThrownBy(() -> names.lookup("example.com"))
        .isInstanceOf(UnknownHostException.class)
        .hasMessageContaining("is a private address");
    assertThatThrownBy(() -> PublicAddresses.requirePublic(text))
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("is a private address");
  }

  @Test
  void passesPublicAddressesOn() throws UnknownHostException {
    for (String text : List.of("172.32.0.1", "192.0.2.7", "100.128.0.1", "2001:db8::1")) {
      List<InetAddress> found = List.of(address(text));

      assertThat(new PublicAddresses(host -> found).lookup("example.com")).isEqualTo(found);
      assertThatCode(() -> PublicAddresses.requirePublic(text)).doesNotThrowAnyException();
    }
    assertThatCode(() -> PublicAddresses.requirePublic("example.com")).doesNotThrowAnyException();
  }
}
