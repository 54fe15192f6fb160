// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.discovery;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Walks over the head of a page, real or implied, and stops where a browser would begin its body
 * (HTML standard, sections 13.2.5 and 13.2.6.4.1 to 13.2.6.4.6). Whatever lies after that can come
 * from the site's visitors and has no say in discovery.
 */
final class HtmlHead {
  private static final List<String> HEAD =
      List.of(
          "html",
          "head",
          "base",
          "basefont",
          "bgsound",
          "link",
          "meta",
          "title",
          "noscript",
          "noframes",
          "style",
          "script",
          "template");
  private static final List<String> OPAQUE =
      List.of(
          "title",
          "noscript",
          "noframes",
          "style",
          "script",
          "textarea",
          "xmp",
          "iframe",
          "noembed");

  private final String page;
  private int position;
  private int templates;
  private boolean ended;

  HtmlHead(String page) {
    this.page = page;
    this.position = !page.isEmpty() && page.charAt(0) == '\uFEFF' ? 1 : 0;
  }

  /** The attributes of the next {@code meta} element; nothing at the end of the head. */
  Optional<Map<String, String>> nextMeta() {
    while (!ended) {
      Optional<HtmlTag> tag = nextTag();
      if (tag.isEmpty()) {
        ended = true;
      } else if (accepts(tag.get())) {
        return Optional.of(tag.get().attributes());
      }
    }
    return Optional.empty();
  }

  /** Follows one tag; whether it is a {@code meta} that counts. */
  private boolean accepts(HtmlTag tag) {
    String name = tag.name();
    if (tag.isEnd()) {
      endTag(name);
      return false;
    }
    if (name.equals("plaintext") || (templates == 0 && !HEAD.contains(name))) {
      ended = true;
      return false;
    }
    if (name.equals("template")) {
      templates++;
    } else if (OPAQUE.contains(name)) {
      skipContent(name);
    }
    return name.equals("meta") && templates == 0;
  }

  private void endTag(String name) {
    if (name.equals("template")) {
      templates = Math.max(0, templates - 1);
    } else if (templates == 0) {
      ended =
          name.equals("head") || name.equals("body") || name.equals("html") || name.equals("br");
    }
  }

  /** The next tag; text other than white space ends the head, unless it is in a template. */
  private Optional<HtmlTag> nextTag() {
    while (position < page.length()) {
      char c = page.charAt(position);
      if (c == '<' && isMarkup()) {
        Optional<HtmlTag> tag = markup();
        if (tag.isPresent()) {
          return tag;
        }
      } else if (templates > 0 || HtmlTagReader.isSpace(c)) {
        position++;
      } else {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private boolean isMarkup() {
    if (position + 1 >= page.length()) {
      return false;
    }
    char next = page.charAt(position + 1);
    return isLetter(next) || next == '!' || next == '?' || next == '/';
  }

  /** Reads a tag, or passes over a comment or declaration. */
  private Optional<HtmlTag> markup() {
    boolean end = page.charAt(position + 1) == '/';
    int name = position + (end ? 2 : 1);
    if (name < page.length() && isLetter(page.charAt(name))) {
      HtmlTagReader reader = new HtmlTagReader(page, name);
      Optional<HtmlTag> tag = reader.read(end);
      position = reader.position();
      return tag;
    }
    skipComment();
    return Optional.empty();
  }

  private void skipComment() {
    if (!page.startsWith("<!--", position)) {
      position = after(page.indexOf('>', position + 2), 1);
      return;
    }
    int start = position + 4;
    if (page.startsWith(">", start) || page.startsWith("->", start)) {
      position = after(page.indexOf('>', start), 1);
      return;
    }
    int end = page.indexOf("--", start);
    while (end >= 0 && !page.startsWith("-->", end) && !page.startsWith("--!>", end)) {
      end = page.indexOf("--", end + 1);
    }
    position = end < 0 ? page.length() : after(page.indexOf('>', end), 1);
  }

  private void skipContent(String name) {
    int end = name.equals("script") ? HtmlScript.endOf(page, position) : endOf(name);
    if (end < 0) {
      position = page.length();
      return;
    }
    HtmlTagReader reader = new HtmlTagReader(page, end + 2);
    if (reader.read(true).isEmpty()) {
      position = page.length();
      return;
    }
    position = reader.position();
  }

  private int endOf(String name) {
    int found = page.indexOf("</", position);
    while (found >= 0 && !isNamed(page, found + 2, name)) {
      found = page.indexOf("</", found + 1);
    }
    return found;
  }

  /** Whether the whole name {@code name} of a tag stands at {@code start}. */
  static boolean isNamed(String page, int start, String name) {
    int end = start + name.length();
    if (!page.regionMatches(true, start, name, 0, name.length()) || end >= page.length()) {
      return false;
    }
    char next = page.charAt(end);
    return HtmlTagReader.isSpace(next) || next == '/' || next == '>';
  }

  private int after(int found, int length) {
    return found < 0 ? page.length() : found + length;
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
