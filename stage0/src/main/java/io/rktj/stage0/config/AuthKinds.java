// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.config;

import io.rktj.spec.MalformedException;
import io.rktj.spec.json.JsonCursor;
import java.util.List;
import java.util.Optional;

/** Reads the kinds auth and dockerAuth. */
final class AuthKinds {
  private AuthKinds() {}

  static void auth(JsonCursor document, ConfigLayer layer) {
    List<String> domains = names(document, "domains");
    String type = filled(document, "type", "no auth type specified");
    Credentials credentials;
    if (type.equals("basic")) {
      credentials = basic(credentials(document));
    } else if (type.equals("oauth")) {
      credentials =
          new Credentials.OAuth(
              filled(credentials(document), "token", "no oauth bearer token specified"));
    } else if (type.equals("aws")) {
      credentials = aws(credentials(document));
    } else {
      throw new MalformedException("unknown auth type: \"" + type + "\"");
    }
    for (String domain : domains) {
      layer.auth(domain, credentials);
    }
  }

  static void dockerAuth(JsonCursor document, ConfigLayer layer) {
    List<String> registries = names(document, "registries");
    Credentials.Basic credentials = basic(credentials(document));
    for (String registry : registries) {
      layer.dockerAuth(registry, credentials);
    }
  }

  private static Credentials.Basic basic(JsonCursor credentials) {
    return new Credentials.Basic(
        filled(credentials, "user", "user not specified"),
        filled(credentials, "password", "password not specified"));
  }

  private static Credentials aws(JsonCursor credentials) {
    Optional<String> region = credentials.optionalText("awsRegion").filter(text -> !text.isEmpty());
    return new Credentials.Aws(
        filled(credentials, "accessKeyID", "no AWS Access Key ID specified"),
        filled(credentials, "secretAccessKey", "no AWS Secret Access Key specified"),
        region);
  }

  private static List<String> names(JsonCursor document, String member) {
    List<String> names = document.texts(member);
    if (names.isEmpty()) {
      throw new MalformedException("no " + member + " specified");
    }
    for (String name : names) {
      if (name.isEmpty()) {
        throw new MalformedException("empty name among the " + member);
      }
    }
    return names;
  }

  private static JsonCursor credentials(JsonCursor document) {
    return document
        .optionalMember("credentials")
        .orElseThrow(() -> new MalformedException("no credentials specified"));
  }

  private static String filled(JsonCursor place, String member, String otherwise) {
    String text = place.optionalText(member).orElse("");
    if (text.isEmpty()) {
      throw new MalformedException(otherwise);
    }
    for (int i = 0; i < text.length(); i++) {
      // It becomes a part of a header of HTTP.
      if (text.charAt(i) < ' ' || text.charAt(i) == 0x7f) {
        throw new MalformedException("control character in \"" + member + "\"");
      }
    }
    return text;
  }
}
