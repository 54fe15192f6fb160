// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.HostText;
import io.rktj.spec.MalformedException;

/** A variable of an app's environment; its name has letters, digits and {@code _.-} only. */
public record EnvironmentVariable(String name, String value) {
  /** Checks the name, and that the value can be held by a process. */
  public EnvironmentVariable {
    requireName(name);
    HostText.requireNoNull("value of environment variable \"" + name + "\"", value);
  }

  /** Reads {@code NAME=VALUE}. */
  public static EnvironmentVariable parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 0) {
      throw new MalformedException("environment variable must be specified as name=value");
    }
    return new EnvironmentVariable(text.substring(0, equals), text.substring(equals + 1));
  }

  private static void requireName(String name) {
    if (name.isEmpty()) {
      throw new MalformedException("environment variable name must not be empty");
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      boolean later = (c >= '0' && c <= '9') || c == '.' || c == '-';
      if (!letter && (i == 0 || !later)) {
        throw new MalformedException(
            "environment variable does not have valid identifier \"" + name + "\"");
      }
    }
  }
}
