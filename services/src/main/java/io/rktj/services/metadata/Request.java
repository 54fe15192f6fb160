// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.metadata;

import com.google.protobuf.ByteString;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A request that has come in whole.
 *
 * @param uri as it was sent
 */
record Request(String method, String uri, ByteString body) {
  private static final int MOST_FIELDS = 16;

  /** The parts of the path, escapes resolved. */
  List<String> path() {
    String path = new QueryStringDecoder(uri, StandardCharsets.UTF_8).path();
    return List.of(path.startsWith("/") ? path.substring(1).split("/", -1) : new String[0]);
  }

  /** A parameter of the query that is there just once. */
  Optional<String> parameter(String name) {
    return once(new QueryStringDecoder(uri, StandardCharsets.UTF_8, true, MOST_FIELDS), name);
  }

  /**
   * A field of the form that the body is, byte for byte: a character for each byte, because what is
   * signed need not be text.
   */
  Optional<String> field(String name) {
    String form = body.toString(StandardCharsets.ISO_8859_1);
    return once(
        new QueryStringDecoder(form, StandardCharsets.ISO_8859_1, false, MOST_FIELDS), name);
  }

  private static Optional<String> once(QueryStringDecoder decoder, String name) {
    List<String> values = decoder.parameters().getOrDefault(name, List.of());
    return values.size() == 1 ? Optional.of(values.get(0)) : Optional.empty();
  }
}
