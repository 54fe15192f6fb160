// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.discovery;

/**
 * Finds the end of a script (HTML standard, script data states): after {@code <!--} and {@code
 * <script} the next end tag belongs to the text.
 */
final class HtmlScript {
  private static final String NAME = "script";

  private HtmlScript() {}

  /** Where the {@code </} of the end tag stands, or -1. */
  static int endOf(String page, int start) {
    boolean escaped = false;
    boolean doubled = false;
    for (int i = start; i < page.length(); i++) {
      char c = page.charAt(i);
      if (c == '-' && escaped && page.startsWith("-->", i)) {
        escaped = false;
        doubled = false;
      } else if (c == '<' && !escaped && page.startsWith("<!--", i)) {
        escaped = true;
      } else if (c == '<' && page.startsWith("</", i) && HtmlHead.isNamed(page, i + 2, NAME)) {
        if (!doubled) {
          return i;
        }
        doubled = false;
      } else if (c == '<' && escaped && HtmlHead.isNamed(page, i + 1, NAME)) {
        doubled = true;
      }
    }
    return -1;
  }
}
