// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.spec.MalformedException;
import io.rktj.spec.discovery.DockerReference;
import io.rktj.spec.json.JsonCursor;
import io.rktj.stage0.config.Credentials;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import okhttp3.Challenge;
import okhttp3.HttpUrl;
import okhttp3.Response;

/**
 * Who we are to a registry: what it answers to a request without the right credentials says how to
 * get them, by name and password ({@code Basic}), or by a token that another server gives ({@code
 * Bearer}), for reading this repository alone. Name and password are those of the configuration's
 * kind {@code dockerAuth}; they go over https only, to the registry, or to a token server of the
 * same domain or with credentials of its own. Thread-confined.
 */
final class RegistryLogin {
  private static final int OK = 200;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int LONGEST_REASON = 1024;

  private final HttpTransport transport;
  private final DockerReference reference;
  private final Map<String, Credentials.Basic> credentials;
  private Optional<String> authorization = Optional.empty();
  private boolean named;

  RegistryLogin(
      HttpTransport transport,
      DockerReference reference,
      Map<String, Credentials.Basic> credentials) {
    this.transport = transport;
    this.reference = reference;
    this.credentials = credentials;
  }

  String registry() {
    return reference.registry();
  }

  String repository() {
    return reference.repository();
  }

  boolean hasCredentials() {
    return of(registry()).isPresent();
  }

  private Optional<Credentials.Basic> of(String host) {
    return Optional.ofNullable(credentials.get(host));
  }

  /** The value of the header that the last answer has led to. */
  Optional<String> authorization() {
    return authorization;
  }

  /** Does what the registry asks for; whether it is worth to ask again. */
  boolean answer(Response refusal) {
    for (Challenge challenge : refusal.challenges()) {
      if (challenge.scheme().equalsIgnoreCase("Bearer")) {
        authorization = Optional.of("Bearer " + token(challenge.authParams(), refusal));
        return true;
      }
      if (challenge.scheme().equalsIgnoreCase("Basic") && hasCredentials() && !named) {
        named = true; // once: the same words will not be more welcome the second time
        authorization = Optional.of(basic(of(registry()).orElseThrow()));
        return true;
      }
    }
    return false;
  }

  private String token(Map<String, String> parameters, Response refusal) {
    String realm = parameters.getOrDefault("realm", "");
    HttpUrl server = HttpUrl.parse(realm);
    if (server == null || (refusal.request().isHttps() && !server.isHttps())) {
      throw new FetchException(
          "cannot log in to \""
              + registry()
              + "\": its token server \""
              + realm
              + "\" is not reached by https");
    }
    HttpUrl.Builder url =
        server.newBuilder().setQueryParameter("scope", "repository:" + repository() + ":pull");
    String service = parameters.getOrDefault("service", "");
    if (!service.isEmpty()) {
      url.setQueryParameter("service", service);
    }
    String place = url.build().toString();
    Optional<Credentials.Basic> known = credentialsFor(server, refusal.request().url());
    Map<String, String> headers =
        known.isEmpty() ? Map.of() : Map.of(HttpTransport.AUTHORIZATION, basic(known.get()));
    try (Response response = transport.get(place, Purpose.DOCUMENT, headers)) {
      if (response.code() != OK) {
        throw refused(place, response);
      }
      return token(HttpTransport.body(place, response, ByteLimits.TOKEN), place);
    }
  }

  private static String token(byte[] answer, String place) {
    JsonCursor json = JsonCursor.parse(answer, "answer of \"" + place + "\"");
    String token =
        json.optionalText("token").or(() -> json.optionalText("access_token")).orElse("");
    boolean plain = !token.isEmpty();
    for (int i = 0; i < token.length(); i++) {
      plain &= token.charAt(i) > ' ' && token.charAt(i) <= '~';
    }
    if (!plain) {
      throw new MalformedException("answer of \"" + place + "\" has no token");
    }
    return token;
  }

  /** Name and password for a token server, which a stranger's registry may have named. */
  private Optional<Credentials.Basic> credentialsFor(HttpUrl server, HttpUrl registry) {
    boolean standard = server.port() == HttpUrl.defaultPort(server.scheme());
    String host = standard ? server.host() : server.host() + ":" + server.port();
    Optional<Credentials.Basic> own = of(host);
    if (!server.isHttps() || (own.isEmpty() && !hasCredentials())) {
      return Optional.empty();
    }
    if (own.isPresent()) {
      return own;
    }
    if (!isRelated(server, registry)) {
      throw new FetchException(
          "cannot log in to \""
              + registry()
              + "\": its token server \""
              + server.host()
              + "\" is of another domain, to which its credentials are not sent",
          "if it is to be trusted, name \"" + host + "\" beside the registry in \"registries\"",
          null);
    }
    return of(registry());
  }

  private static boolean isRelated(HttpUrl one, HttpUrl other) {
    if (one.host().equals(other.host())) {
      return true;
    }
    String domain = one.topPrivateDomain();
    return domain != null && domain.equals(other.topPrivateDomain());
  }

  private static String basic(Credentials.Basic basic) {
    return okhttp3.Credentials.basic(basic.user(), basic.password(), StandardCharsets.UTF_8);
  }

  /** An answer that is no permission, with what the server says and what to do. */
  FetchException refused(String url, Response response) {
    String message =
        "cannot fetch \"" + url + "\": bad HTTP status code: " + response.code() + reason(response);
    boolean stranger = response.code() == UNAUTHORIZED || response.code() == FORBIDDEN;
    if (!stranger) {
      return new FetchException(message);
    }
    return new FetchException(
        message,
        hasCredentials()
            ? "check the repository's name and the credentials for \"" + registry() + "\""
            : "check the repository's name, or put credentials for \""
                + registry()
                + "\" into a file of the kind \"dockerAuth\" in auth.d",
        null);
  }

  /** What the registry says of its refusal, if it does in the form that is agreed upon. */
  private static String reason(Response response) {
    try {
      byte[] body = HttpTransport.body("answer", response, ByteLimits.PROBLEM);
      List<JsonCursor> errors = JsonCursor.parse(body, "answer").list("errors");
      if (errors.isEmpty()) {
        return "";
      }
      String text = errors.get(0).optionalText("message").orElse("");
      return text.isEmpty() || text.length() > LONGEST_REASON ? "" : " (" + text + ")";
    } catch (MalformedException | FetchException e) {
      return ""; // the status says enough
    }
  }
}
