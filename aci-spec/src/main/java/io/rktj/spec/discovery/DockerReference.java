// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.discovery;

import io.rktj.spec.BlobDigest;
import io.rktj.spec.MalformedException;
import java.util.Optional;

/**
 * The name of an image in a registry, {@code [HOST[:PORT]/]REPOSITORY[:TAG][@DIGEST]}, by Docker's
 * rules for short names ({@code spec/appc.md} section 11): without a host it is Docker's own
 * registry, a repository of one word lies below {@code library} there, and without a tag and a
 * digest the tag is {@code latest}.
 *
 * @param registry the host, in lower case, and the port if one is named
 * @param repository words of lower-case letters, digits and separators, with slashes between them
 * @param tag absent where there is a digest, which says more
 * @param digest of the manifest, if it is named
 */
public record DockerReference(
    String registry, String repository, Optional<String> tag, Optional<BlobDigest> digest) {
  /** Docker's own registry. */
  public static final String HUB = "registry-1.docker.io";

  private static final String LATEST = "latest";
  private static final int LONGEST_NAME = 255;
  private static final int LONGEST_TAG = 128;
  private static final int LAST_PORT = 65535;

  /** Reads a reference as a user writes it. */
  public static DockerReference parse(String text) {
    int at = text.indexOf('@');
    Optional<BlobDigest> digest =
        at < 0 ? Optional.empty() : Optional.of(digest(text, text.substring(at + 1)));
    String rest = at < 0 ? text : text.substring(0, at);
    int colon = rest.lastIndexOf(':');
    Optional<String> tag = Optional.empty();
    if (colon > rest.lastIndexOf('/')) {
      tag = Optional.of(rest.substring(colon + 1));
      requireTag(text, tag.get());
      rest = rest.substring(0, colon);
    }
    int slash = rest.indexOf('/');
    boolean hosted = slash > 0 && isHost(rest.substring(0, slash));
    String registry = hosted ? registry(text, rest.substring(0, slash)) : HUB;
    String repository = hosted ? rest.substring(slash + 1) : rest;
    requireRepository(text, repository);
    if (registry.equals(HUB) && repository.indexOf('/') < 0) {
      repository = "library/" + repository;
    }
    if (digest.isPresent()) {
      return new DockerReference(registry, repository, Optional.empty(), digest);
    }
    return new DockerReference(registry, repository, Optional.of(tag.orElse(LATEST)), digest);
  }

  /** What the registry is asked for: the digest, or else the tag. */
  public String wanted() {
    return digest.isPresent() ? digest.get().toString() : tag.orElse(LATEST);
  }

  /** Whether it means whatever is the latest. */
  public boolean isLatest() {
    return tag.isPresent() && tag.get().equals(LATEST);
  }

  private static BlobDigest digest(String text, String digest) {
    try {
      return BlobDigest.parse(digest);
    } catch (MalformedException e) {
      throw invalid(text, String.valueOf(e.getMessage()));
    }
  }

  /** The first word is a host if it cannot be a part of a repository on Docker's registry. */
  private static boolean isHost(String word) {
    if (word.equals("localhost") || word.indexOf('.') >= 0 || word.indexOf(':') >= 0) {
      return true;
    }
    for (int i = 0; i < word.length(); i++) {
      if (word.charAt(i) >= 'A' && word.charAt(i) <= 'Z') {
        return true;
      }
    }
    return false;
  }

  private static String registry(String text, String word) {
    StringBuilder lower = new StringBuilder(word.length());
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      lower.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
    }
    String registry = lower.toString();
    int end = registry.startsWith("[") ? registry.indexOf(']') + 1 : registry.indexOf(':');
    String host = end < 0 ? registry : registry.substring(0, end);
    if (!isHostName(host)) {
      throw invalid(text, "\"" + word + "\" is not a host");
    }
    if (host.length() < registry.length() && !isPort(registry.substring(host.length()))) {
      throw invalid(text, "\"" + word + "\" has no port behind its colon");
    }
    return registry.equals("docker.io") || registry.equals("index.docker.io") ? HUB : registry;
  }

  private static boolean isHostName(String host) {
    boolean address = host.startsWith("[") && host.endsWith("]");
    String inner = address ? host.substring(1, host.length() - 1) : host;
    for (int i = 0; i < inner.length(); i++) {
      char c = inner.charAt(i);
      boolean fits = address ? isHex(c) || c == ':' || c == '.' : isWord(c) || c == '-' || c == '.';
      if (!fits) {
        return false;
      }
    }
    return !inner.isEmpty() && !inner.startsWith("-") && !inner.startsWith(".");
  }

  private static boolean isPort(String text) {
    if (text.length() < 2 || text.length() > 6 || text.charAt(0) != ':') {
      return false;
    }
    int port = 0;
    for (int i = 1; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
      port = port * 10 + text.charAt(i) - '0';
    }
    return port > 0 && port <= LAST_PORT;
  }

  private static void requireTag(String text, String tag) {
    boolean valid = !tag.isEmpty() && tag.length() <= LONGEST_TAG;
    for (int i = 0; i < tag.length() && valid; i++) {
      char c = tag.charAt(i);
      boolean letter = isWord(c) || (c >= 'A' && c <= 'Z') || c == '_';
      valid = letter || (i > 0 && (c == '.' || c == '-'));
    }
    if (!valid) {
      throw invalid(text, "\"" + tag + "\" is not a tag");
    }
  }

  private static void requireRepository(String text, String repository) {
    if (repository.length() > LONGEST_NAME) {
      throw invalid(text, "its name has more than " + LONGEST_NAME + " characters");
    }
    int start = 0;
    for (int i = 0; i <= repository.length(); i++) {
      if (i == repository.length() || repository.charAt(i) == '/') {
        if (!isComponent(repository.substring(start, i))) {
          throw invalid(
              text,
              "\"" + repository + "\" must be lower case words with single separators between");
        }
        start = i + 1;
      }
    }
  }

  /** Letters and digits, and between them a dot, one or two low lines, or any number of hyphens. */
  private static boolean isComponent(String word) {
    int run = 0;
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (isWord(c)) {
        run = 0;
        continue;
      }
      boolean same = run > 0 && word.charAt(i - 1) == c;
      run++;
      boolean fits =
          (c == '.' && run == 1)
              || (c == '_' && (run == 1 || (run == 2 && same)))
              || (c == '-' && (run == 1 || same));
      if (i == 0 || !fits) {
        return false;
      }
    }
    return !word.isEmpty() && run == 0;
  }

  private static boolean isWord(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }

  private static boolean isHex(char c) {
    return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9');
  }

  private static MalformedException invalid(String text, String reason) {
    return new MalformedException("invalid docker image \"" + text + "\": " + reason);
  }

  @Override
  public String toString() {
    return registry + "/" + repository + (digest.isPresent() ? "@" : ":") + wanted();
  }
}
