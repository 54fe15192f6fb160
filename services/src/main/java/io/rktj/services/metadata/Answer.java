// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.metadata;

import com.google.protobuf.ByteString;

/**
 * A response as it is decided, before it is sent. The content types are those that the appc
 * specification asks for, letter by letter.
 */
record Answer(int status, String contentType, ByteString body) {
  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=us-ascii";

  static final int OK = 200;
  static final int BAD_REQUEST = 400;
  static final int UNAUTHORIZED = 401;
  static final int FORBIDDEN = 403;
  static final int NOT_FOUND = 404;
  static final int METHOD_NOT_ALLOWED = 405;

  static Answer json(ByteString document) {
    return new Answer(OK, JSON, document);
  }

  static Answer json(String document) {
    return json(ByteString.copyFromUtf8(document));
  }

  static Answer text(String text) {
    return new Answer(OK, TEXT, ByteString.copyFromUtf8(text));
  }

  /** Done, or not, and nothing more to say than {@code reason}. */
  static Answer status(int status, String reason) {
    return new Answer(status, TEXT, ByteString.copyFromUtf8(reason));
  }
}
