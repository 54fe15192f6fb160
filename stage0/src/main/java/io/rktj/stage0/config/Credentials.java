// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.config;

import java.util.Optional;

/**
 * What a server asks for before it hands out an image (spec/rkt-cli.md section 5, kind auth). No
 * kind of credentials shows its secret in {@code toString}.
 */
public sealed interface Credentials {
  /** A user name and a password. */
  record Basic(String user, String password) implements Credentials {
    @Override
    public String toString() {
      return "basic";
    }
  }

  /** A bearer token. */
  record OAuth(String token) implements Credentials {
    @Override
    public String toString() {
      return "oauth";
    }
  }

  /** A key pair to sign requests with; without a region it follows from the host name. */
  record Aws(String accessKeyId, String secretAccessKey, Optional<String> region)
      implements Credentials {
    @Override
    public String toString() {
      return "aws";
    }
  }
}
