// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.linux.Kernel;
import io.rktj.stage0.trust.KeyScope;
import io.rktj.stage0.trust.Prompt;
import io.rktj.stage0.trust.TrustedKeyReview;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The dialogue in which a human looks at keys ({@code spec/rkt-cli.md} section 4.5). */
final class TerminalPrompt implements Prompt {
  private final Output output;
  private final InputStream input;
  private final boolean canAsk;

  TerminalPrompt(Output output, InputStream input, boolean canAsk) {
    this.output = output;
    this.input = input;
    this.canAsk = canAsk;
  }

  /** The dialogue on the standard streams of this process. */
  static TerminalPrompt standard(Output output, Kernel kernel) {
    return new TerminalPrompt(output, System.in, kernel.isTerminal(0) && kernel.isTerminal(2));
  }

  @Override
  public void show(KeyScope scope, String location, List<TrustedKeyReview> keys) {
    output.plainMessage(
        "pubkey: prefix: " + Quoted.of(scope.prefix()) + "\nkey: " + Quoted.of(location));
    for (TrustedKeyReview key : keys) {
      StringBuilder text = new StringBuilder("gpg key fingerprint is: ").append(key.fingerprint());
      for (String subkey : key.subkeyFingerprints()) {
        text.append("\n    Subkey fingerprint: ").append(subkey);
      }
      for (String identity : key.identities()) {
        text.append("\n\t").append(Escaped.line(identity));
      }
      output.answer(text.toString());
    }
  }

  @Override
  public boolean canAsk() {
    return canAsk;
  }

  @Override
  public boolean confirms() {
    while (true) {
      output.prompt("Are you sure you want to trust this key (yes/no)? ");
      String answer = line();
      if (answer.equals("yes\n")) {
        return true;
      }
      if (answer.equals("no\n") || answer.isEmpty()) {
        return false;
      }
      output.plainMessage("Please enter 'yes' or 'no'");
    }
  }

  @Override
  public void report(String line) {
    output.answer(Escaped.line(line));
  }

  /** A line with its newline; empty at the end of input. */
  private String line() {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try {
      for (int b = input.read(); b >= 0; b = input.read()) {
        line.write(b);
        if (b == '\n') {
          return line.toString(StandardCharsets.UTF_8);
        }
      }
    } catch (IOException e) {
      throw new UsageException("cannot read the answer", e);
    }
    return "";
  }
}
