// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.discovery;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads one tag of a page (HTML standard, sections 13.2.5.6 to 13.2.5.40). */
final class HtmlTagReader {
  private final String page;
  private int position;

  /** Stands at {@code position}, just after the {@code <} or {@code </}. */
  HtmlTagReader(String page, int position) {
    this.page = page;
    this.position = position;
  }

  /** Where the tag ended. */
  int position() {
    return position;
  }

  /** The tag; nothing if the page ends within it. */
  Optional<HtmlTag> read(boolean isEnd) {
    String name = lowerCaseUntil("/>");
    Map<String, String> attributes = new LinkedHashMap<>();
    while (true) {
      skipSpaceAndSlashes();
      if (atEnd()) {
        return Optional.empty();
      }
      if (page.charAt(position) == '>') {
        position++;
        return Optional.of(new HtmlTag(name, isEnd, attributes));
      }
      attribute(attributes);
    }
  }

  private void attribute(Map<String, String> attributes) {
    int start = position;
    if (page.charAt(position) == '=') {
      position++; // a name may begin with this sign, and only begin with it
    }
    String name = page.substring(start, position) + lowerCaseUntil("/>=");
    skipSpace();
    String value = "";
    if (!atEnd() && page.charAt(position) == '=') {
      position++;
      skipSpace();
      value = HtmlEntities.decode(value());
    }
    attributes.putIfAbsent(name, value);
  }

  private String value() {
    if (atEnd() || page.charAt(position) == '>') {
      return "";
    }
    char quote = page.charAt(position);
    if (quote == '"' || quote == '\'') {
      int end = page.indexOf(quote, position + 1);
      int start = position + 1;
      position = end < 0 ? page.length() : end + 1;
      return page.substring(Math.min(start, page.length()), end < 0 ? page.length() : end);
    }
    int start = position;
    while (!atEnd() && page.charAt(position) != '>' && !isSpace(page.charAt(position))) {
      position++;
    }
    return page.substring(start, position);
  }

  private String lowerCaseUntil(String stops) {
    StringBuilder name = new StringBuilder();
    while (!atEnd()) {
      char c = page.charAt(position);
      if (isSpace(c) || stops.indexOf(c) >= 0) {
        break;
      }
      name.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
      position++;
    }
    return name.toString();
  }

  private void skipSpaceAndSlashes() {
    while (!atEnd() && (isSpace(page.charAt(position)) || page.charAt(position) == '/')) {
      position++;
    }
  }

  private void skipSpace() {
    while (!atEnd() && isSpace(page.charAt(position))) {
      position++;
    }
  }

  private boolean atEnd() {
    return position >= page.length();
  }

  static boolean isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
  }
}
