// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.discovery;

import io.rktj.spec.AcIdentifier;
import java.util.ArrayList;
import java.util.List;

/** The order in which discovery asks for pages (appc spec, meta discovery). */
public final class DiscoveryWalk {
  private DiscoveryWalk() {}

  /** The name itself, then what is left as its last component is dropped, down to the host. */
  public static List<String> prefixes(AcIdentifier name) {
    List<String> prefixes = new ArrayList<>();
    String prefix = name.value();
    int slash = prefix.lastIndexOf('/');
    while (slash >= 0) {
      prefixes.add(prefix);
      prefix = prefix.substring(0, slash);
      slash = prefix.lastIndexOf('/');
    }
    prefixes.add(prefix);
    return prefixes;
  }

  /** The page of a prefix; {@code port} is put behind the host unless it is 0. */
  public static String page(String scheme, String prefix, int port) {
    int slash = prefix.indexOf('/');
    String host = slash < 0 ? prefix : prefix.substring(0, slash);
    String path = slash < 0 ? "" : prefix.substring(slash);
    return scheme + "://" + host + (port == 0 ? "" : ":" + port) + path + "?ac-discovery=1";
  }
}
