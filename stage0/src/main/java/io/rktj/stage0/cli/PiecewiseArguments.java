// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.util.List;

/**
 * The part of a command line from the first image on: images, flags that belong to the image before
 * them, and arguments for its program between {@code --} and {@code ---} ({@code spec/rkt-cli.md}
 * section 3).
 */
final class PiecewiseArguments {
  /** Takes what was found, in order. */
  interface Receiver {
    /** An image; the flags read from now on belong to it. */
    void image(String text);

    /** An argument for the program of the image before it. */
    void argument(String word);
  }

  private final FlagParser parser;
  private final Receiver receiver;
  private final boolean argumentsAllowed;
  private int images;
  private int imagesAtLastArguments;

  PiecewiseArguments(FlagParser parser, Receiver receiver, boolean argumentsAllowed) {
    this.parser = parser;
    this.receiver = receiver;
    this.argumentsAllowed = argumentsAllowed;
  }

  void read(List<String> words) {
    int at = 0;
    boolean literal = false;
    while (at < words.size()) {
      String word = words.get(at);
      if (word.equals("---")) {
        literal = false;
        at++;
      } else if (literal) {
        if (!word.isEmpty()) {
          receiver.argument(word);
        }
        at++;
      } else if (word.equals("--")) {
        beginArguments();
        literal = true;
        at++;
      } else {
        at = flagsOrImage(words, at);
      }
    }
  }

  private int flagsOrImage(List<String> words, int at) {
    int behind = parser.parse(words, at);
    if (behind > at) {
      return behind;
    }
    String word = words.get(at);
    if (!word.isEmpty()) {
      receiver.image(word);
      images++;
    }
    return at + 1;
  }

  private void beginArguments() {
    if (!argumentsAllowed) {
      throw new UsageException("app arguments unsupported");
    }
    if (images == 0) {
      throw new UsageException("an image is required before any app arguments");
    }
    if (images == imagesAtLastArguments) {
      throw new UsageException("only one set of app arguments allowed per image");
    }
    imagesAtLastArguments = images;
  }
}
