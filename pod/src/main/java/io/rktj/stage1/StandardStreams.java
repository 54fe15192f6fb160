// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.manifest.Annotation;
import java.util.List;

/**
 * Where an app's standard streams come from and go to ({@code spec/rkt-runtime.md} section 12.1),
 * as annotations of the app in its pod say.
 */
public record StandardStreams(Mode stdin, Mode stdout, Mode stderr) {
  /** What {@link #annotation} begins with. */
  private static final String PREFIX = "coreos.com/rkt/stage2/";

  /** Nothing to read; the log and the console to write to. */
  public static final StandardStreams DEFAULT =
      new StandardStreams(Mode.DEFAULT, Mode.DEFAULT, Mode.DEFAULT);

  /** The kinds of streams. */
  public enum Mode {
    /** Standard input: nothing; the others: the log and the console. */
    DEFAULT(0),
    /** Nothing to read, nowhere to write to. */
    NULL(1),
    /** Whoever attaches, and the log. */
    STREAM(2),
    /** The same, on a terminal of the app's own. */
    TTY(3);

    private final int number;

    Mode(int number) {
      this.number = number;
    }

    /** Its number in pod-init's plan. */
    public int number() {
      return number;
    }

    /** Whether one can attach to it. */
    public boolean isShared() {
      return this == STREAM || this == TTY;
    }
  }

  /** The streams that the annotations of an app ask for; words that rkt does not know count not. */
  public static StandardStreams of(List<Annotation> annotations) {
    StandardStreams streams = DEFAULT;
    for (int i = 0; i < annotations.size(); i++) {
      String name = annotations.get(i).name().value();
      if (name.startsWith(PREFIX)) {
        streams = streams.with(name.substring(PREFIX.length()), mode(annotations.get(i).value()));
      }
    }
    return streams;
  }

  private StandardStreams with(String stream, Mode mode) {
    return switch (stream) {
      case "stdin" -> new StandardStreams(mode, stdout, stderr);
      case "stdout" -> new StandardStreams(stdin, mode, stderr);
      case "stderr" -> new StandardStreams(stdin, stdout, mode);
      default -> this;
    };
  }

  private static Mode mode(String word) {
    return switch (word) {
      case "null" -> Mode.NULL;
      case "stream" -> Mode.STREAM;
      case "tty" -> Mode.TTY;
      default -> Mode.DEFAULT;
    };
  }

  /** Whether {@code word} is one that the flag of {@code stream} takes. */
  public static boolean isWord(String stream, String word) {
    return switch (word) {
      case "null", "stream", "tty" -> true;
      case "log" -> !stream.equals("stdin");
      default -> false;
    };
  }

  /** The annotation that says so of {@code stream}: stdin, stdout or stderr. */
  public static Annotation annotation(String stream, String word) {
    return new Annotation(AcIdentifier.parse(PREFIX + stream), word);
  }

  /** Whether the app has a terminal of its own. */
  public boolean hasTerminal() {
    return stdin == Mode.TTY || stdout == Mode.TTY || stderr == Mode.TTY;
  }
}
