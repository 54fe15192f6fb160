// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.config;

import io.rktj.spec.MalformedException;
import io.rktj.spec.json.JsonCursor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the kind fetch, which rkt does not have, in {@code fetch.d}:
 *
 * <pre>
 * {"rktKind":"fetch","rktVersion":"v1",
 *  "resolve":{"coreos.com":"127.0.0.1","example.com:443":"[::1]:8443"},
 *  "certificateAuthorities":["/etc/ssl/local.pem"],"privateAddresses":"refuse"}
 * </pre>
 */
final class FetchKind {
  private FetchKind() {}

  static void fetch(JsonCursor document, ConfigLayer layer) {
    document.requireOnly(
        "rktKind", "rktVersion", "resolve", "certificateAuthorities", "privateAddresses");
    if (document.optionalMember("resolve").isPresent()) {
      for (Map.Entry<String, String> entry : document.member("resolve").textMap().entrySet()) {
        HostAndPort.parse(entry.getKey());
        HostAndPort address = HostAndPort.parse(entry.getValue());
        if (!address.isAddress()) {
          // A name would have to be looked up in turn, perhaps by another override.
          throw new MalformedException("\"" + entry.getValue() + "\" is not an IP address");
        }
        layer.resolve(entry.getKey(), entry.getValue());
      }
    }
    if (document.optionalMember("certificateAuthorities").isPresent()) {
      List<String> files = document.texts("certificateAuthorities");
      for (String file : files) {
        if (!file.startsWith("/")) {
          throw new MalformedException("certificate authorities must be absolute paths");
        }
      }
      layer.authorities(files);
    }
    Optional<String> word = document.optionalText("privateAddresses");
    if (word.isPresent()) {
      if (!word.get().equals("allow") && !word.get().equals("refuse")) {
        throw new MalformedException("\"" + word.get() + "\" is neither \"allow\" nor \"refuse\"");
      }
      layer.privateAddresses(word.get().equals("refuse"));
    }
  }
}
