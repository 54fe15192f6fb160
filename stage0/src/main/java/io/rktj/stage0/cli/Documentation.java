// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes what a distribution carries beside the program, made of the same data as the parser: pages
 * of the manual and completion scripts, at the places below {@code share} where systems look for
 * them. Called when the distribution is packed.
 */
final class Documentation {
  private Documentation() {}

  /** The one argument is the directory {@code share}. */
  public static void main(String[] arguments) throws IOException {
    Path share = Path.of(arguments[0]);
    for (Command command : ShellText.everything()) {
      if (!command.path().equals("help")) {
        String page = ManualPage.name(command.path()) + ".1";
        write(share.resolve("man/man1").resolve(page), ManualPage.of(command));
      }
    }
    write(share.resolve("bash-completion/completions/rkt"), CompletionCommand.script("bash"));
    write(share.resolve("zsh/site-functions/_rkt"), CompletionCommand.script("zsh"));
    write(share.resolve("fish/vendor_completions.d/rkt.fish"), CompletionCommand.script("fish"));
  }

  private static void write(Path file, String text) throws IOException {
    Path directory = file.getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    Files.write(file, text.getBytes(StandardCharsets.UTF_8));
  }
}
