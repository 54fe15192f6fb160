// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.HostText;
import io.rktj.spec.MalformedException;
import java.util.List;

/** A command run before the app starts or after it has ended. */
public record EventHandler(Event event, List<String> exec) {
  /** Checks and copies its list. */
  public EventHandler {
    exec = List.copyOf(exec);
    if (exec.isEmpty()) {
      throw new MalformedException("eventHandler \"exec\" cannot be empty");
    }
    requireArguments(exec);
  }

  static void requireArguments(List<String> exec) {
    for (String argument : exec) {
      HostText.requireNoNull("exec", argument);
    }
  }

  /** When it runs. */
  public enum Event {
    /** {@code pre-start}. */
    PRE_START("pre-start"),
    /** {@code post-stop}. */
    POST_STOP("post-stop");

    private final String text;

    Event(String text) {
      this.text = text;
    }

    /** Reads the manifest's word. */
    public static Event parse(String text) {
      if (text.isEmpty()) {
        throw new MalformedException("eventHandler \"name\" cannot be empty");
      }
      if (text.equals(PRE_START.text)) {
        return PRE_START;
      }
      if (text.equals(POST_STOP.text)) {
        return POST_STOP;
      }
      throw new MalformedException("bad eventHandler \"name\": \"" + text + "\"");
    }

    /** The manifest's word. */
    public String text() {
      return text;
    }
  }
}
