// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import java.util.List;

/** A command run before the app starts or after it has ended. */
public record EventHandler(Event event, List<String> exec) {
  /** Copies its list. */
  public EventHandler {
    exec = List.copyOf(exec);
  }

  /** When it runs. */
  public enum Event {
    /** {@code pre-start}. */
    PRE_START,
    /** {@code post-stop}. */
    POST_STOP
  }
}
