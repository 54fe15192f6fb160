// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.Map;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxyChoiceTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "http_proxy", "http://plain:3128",
          "HTTP_PROXY", "http://ignored:1",
          "HTTPS_PROXY", "secure:8080",
          "no_proxy",
              " one.example ,.two.example,three.example:8443,10.0.0.0/8,fd00::/8,*.four.example");

  private static Proxy choose(String url) {
    return new ProxyChoice(ENVIRONMENT, new NameOverrides(Map.of("pinned.example", "127.0.0.1")))
        .select(URI.create(url))
        .get(0);
  }

  @ParameterizedTest
  @CsvSource({
    "http://a.example/, plain:3128",
    "https://a.example/, secure:8080",
    "https://one.example/, direct",
    "https://sub.one.example/, direct",
    "https://notone.example/, secure:8080",
    "https://two.example/, secure:8080",
    "https://sub.two.example/, direct",
    "https://three.example/, secure:8080",
    "https://three.example:8443/, direct",
    "https://sub.four.example/, direct",
    "https://10.1.2.3/, direct",
    "https://11.1.2.3/, secure:8080",
    "'https://[fd00::1]/', direct",
    "'https://[fe00::1]/', secure:8080",
    "http://localhost/, direct",
    "http://127.0.0.5:8080/, direct",
    "'http://[::1]/', direct",
    "https://pinned.example/, direct",
  })
  void choosesByVariableAndException(String url, String expected) {
    Proxy proxy = choose(url);

    if (expected.equals("direct")) {
      assertThat(proxy).isEqualTo(Proxy.NO_PROXY);
    } else {
      InetSocketAddress address = (InetSocketAddress) proxy.address();
      assertThat(address.getHostString() + ":" + address.getPort()).isEqualTo(expected);
      assertThat(address.isUnresolved()).isTrue();
    }
  }

  @Test
  void goesDirectlyWithoutVariables() {
    assertThat(
            new ProxyChoice(Map.of(), new NameOverrides(Map.of()))
                .select(URI.create("http://a.example/")))
        .containsExactly(Proxy.NO_PROXY);
  }

  @ParameterizedTest
  @CsvSource({
    "https://a.example/, CONNECT, true",
    "https://a.example/, GET, false",
    "http://a.example/, GET, true",
  })
  void tellsItsUserToNobodyButTheProxy(String url, String method, boolean tells)
      throws IOException {
    ProxyChoice proxies =
        new ProxyChoice(
            Map.of("http_proxy", "http://u:p@proxy:1", "https_proxy", "http://u:p@proxy:1"),
            new NameOverrides(Map.of()));
    Response asks =
        new Response.Builder()
            .request(new Request.Builder().url(url).method(method, null).build())
            .protocol(Protocol.HTTP_1_1)
            .code(407)
            .message("who are you")
            .build();

    assertThat(proxies.authenticator().authenticate(null, asks) != null).isEqualTo(tells);
  }

  @Test
  void refusesOtherKindsOfProxies() {
    assertThatThrownBy(
            () ->
                new ProxyChoice(
                    Map.of("http_proxy", "socks5://a.example:1"), new NameOverrides(Map.of())))
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("only http proxies");
  }
}
