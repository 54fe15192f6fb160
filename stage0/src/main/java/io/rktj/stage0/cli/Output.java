// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The only printer of the program. Answers go to standard output, everything else to standard
 * error; each print is written at once, as UTF-8, ends with one newline, and holds no control
 * character that came from outside. Thread-safe.
 */
final class Output {
  private static final String ERASE_REST = "\u001b[K";

  private final OutputStream answers;
  private final OutputStream messages;
  private boolean statusShown;
  private volatile String loss = "";

  Output(OutputStream answers, OutputStream messages) {
    this.answers = answers;
    this.messages = messages;
  }

  /** The same without answers: what would be on standard output is lost. */
  Output withoutAnswers() {
    return new Output(OutputStream.nullOutputStream(), messages);
  }

  /** The streams of this process. */
  static Output standard() {
    return new Output(
        new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err));
  }

  /** Why an answer could not be written, in the system's words; empty as long as all could. */
  String loss() {
    return loss;
  }

  /** Prints an answer of one or more lines; newlines and tabs in it are ours. */
  void answer(String text) {
    write(answers, Escaped.lines(text));
  }

  /** Prints an answer that may be empty: then nothing, not even a newline. */
  void answerIfAny(String text) {
    if (!text.isEmpty()) {
      answer(text);
    }
  }

  /** Prints an answer that is JSON; what a terminal could take for a command is escaped. */
  void json(String text) {
    write(answers, Escaped.json(text));
  }

  /** Prints an answer without a newline behind it. */
  void answerBare(String text) {
    put(answers, Escaped.lines(text));
  }

  /** Prints a line of an app's as it is, for whoever is no terminal. */
  void answer(String prefix, byte[] text) {
    byte[] start = prefix.getBytes(StandardCharsets.UTF_8);
    byte[] line = Arrays.copyOf(start, start.length + text.length + 1);
    System.arraycopy(text, 0, line, start.length, text.length);
    line[line.length - 1] = '\n';
    put(answers, line);
  }

  /** Prints {@code prefix: text} for the user; further lines of the text are indented. */
  void message(String prefix, String text) {
    write(messages, Escaped.line(prefix) + ": " + Escaped.continued(text));
  }

  /** Prints a {@link FailureReport}, whose lines are ours, behind {@code prefix: }. */
  void failure(String prefix, String report) {
    write(messages, Escaped.line(prefix) + ": " + Escaped.lines(report));
  }

  /** Prints lines of our own making for the user. */
  void plainMessage(String text) {
    write(messages, Escaped.lines(text));
  }

  /** Overwrites the last line of the terminal that standard error is, without ending it. */
  synchronized void status(String text) {
    put(messages, "\r" + Escaped.line(text) + ERASE_REST);
    statusShown = true;
  }

  /** Takes the line of {@link #status} away. */
  synchronized void clearStatus() {
    if (statusShown) {
      statusShown = false;
      put(messages, "\r" + ERASE_REST);
    }
  }

  /** Asks, without ending the line. */
  synchronized void prompt(String text) {
    clearStatus();
    put(messages, Escaped.line(text));
  }

  private synchronized void write(OutputStream stream, String text) {
    clearStatus();
    put(stream, text.endsWith("\n") ? text : text + "\n");
  }

  private void put(OutputStream stream, String text) {
    put(stream, text.getBytes(StandardCharsets.UTF_8));
  }

  private void put(OutputStream stream, byte[] bytes) {
    try {
      stream.write(bytes);
      stream.flush();
    } catch (IOException e) {
      // What has been begun is brought to its end; then the exit status tells.
      if (stream == answers) {
        loss = String.valueOf(e.getMessage());
      }
    }
  }
}
