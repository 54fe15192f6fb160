// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.discovery;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds discovery's tags in a page, as a browser would: only in the head of the document, not in
 * comments, scripts, styles or templates. The caller bounds the page's size.
 */
public final class MetaTags {
  private MetaTags() {}

  /** The tags in document order. */
  public static List<MetaTag> parse(byte[] page) {
    List<MetaTag> found = new ArrayList<>();
    HtmlHead head = new HtmlHead(new String(page, StandardCharsets.UTF_8));
    Optional<Map<String, String>> meta = head.nextMeta();
    while (meta.isPresent()) {
      Optional<MetaTag> tag = tag(meta.get());
      if (tag.isPresent()) {
        found.add(tag.get());
      }
      meta = head.nextMeta();
    }
    return found;
  }

  private static Optional<MetaTag> tag(Map<String, String> attributes) {
    Optional<MetaTag.Kind> kind = kind(attributes.getOrDefault("name", ""));
    String content = attributes.getOrDefault("content", "").strip();
    int space = firstSpace(content);
    if (kind.isEmpty() || space < 0) {
      return Optional.empty();
    }
    String uri = content.substring(space).strip();
    return uri.isEmpty()
        ? Optional.empty()
        : Optional.of(new MetaTag(kind.get(), content.substring(0, space), uri));
  }

  private static Optional<MetaTag.Kind> kind(String name) {
    if (name.equals("ac-discovery")) {
      return Optional.of(MetaTag.Kind.IMAGE);
    }
    if (name.equals("ac-discovery-pubkeys")) {
      return Optional.of(MetaTag.Kind.KEYS);
    }
    return Optional.empty();
  }

  private static int firstSpace(String content) {
    for (int i = 0; i < content.length(); i++) {
      if (Character.isWhitespace(content.charAt(i))) {
        return i;
      }
    }
    return -1;
  }
}
