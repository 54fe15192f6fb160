// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec;

/** A URL whose scheme is http or https and that names a host (appc spec, URL), kept as written. */
public record HttpUrl(String text) {
  /** Checks scheme, host and characters. */
  public HttpUrl {
    check(text);
  }

  /** Reads it from a user's or a document's text. */
  public static HttpUrl parse(String text) {
    return new HttpUrl(text);
  }

  /** Whether its scheme is https. */
  public boolean isSecure() {
    return startsWithIgnoringCase(text, "https:");
  }

  /** What stands between the slashes and the path: host and port, perhaps with credentials. */
  public String authority() {
    return text.substring(text.indexOf("//") + 2, authorityEnd(text));
  }

  /** The path, without query and fragment; may be empty. */
  public String path() {
    int start = authorityEnd(text);
    int end = start;
    while (end < text.length() && text.charAt(end) != '?' && text.charAt(end) != '#') {
      end++;
    }
    return text.substring(start, end);
  }

  private static void check(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ' ' || Character.isISOControl(c)) {
        throw new MalformedException("bad URL: space or control character");
      }
    }
    if (!startsWithIgnoringCase(text, "http://") && !startsWithIgnoringCase(text, "https://")) {
      throw new MalformedException("bad URL scheme, must be http/https");
    }
    if (authorityEnd(text) == text.indexOf("//") + 2) {
      throw new MalformedException("bad URL: no host");
    }
  }

  private static int authorityEnd(String text) {
    int end = text.indexOf("//") + 2;
    while (end < text.length() && "/?#\\".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return end;
  }

  private static boolean startsWithIgnoringCase(String text, String start) {
    return text.regionMatches(true, 0, start, 0, start.length());
  }

  @Override
  public String toString() {
    return text;
  }
}
