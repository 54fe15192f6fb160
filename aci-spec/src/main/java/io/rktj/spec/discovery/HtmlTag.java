// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.discovery;

import java.util.Map;

/** A start or end tag; names in lower case, of a repeated attribute the first value. */
record HtmlTag(String name, boolean isEnd, Map<String, String> attributes) {}
