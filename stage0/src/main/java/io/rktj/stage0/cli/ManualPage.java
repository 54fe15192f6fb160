// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.util.List;
import java.util.Locale;

/** A command's page of the manual, section 1, made of the same data as its help page. */
final class ManualPage {
  private final Command command;
  private final StringBuilder text = new StringBuilder();

  private ManualPage(Command command) {
    this.command = command;
  }

  /** The name of the page of {@code path}: {@code rkt-image-list}. */
  static String name(String path) {
    return path.isEmpty() ? "rkt" : "rkt-" + path.replace(' ', '-');
  }

  /** The page in the language of {@code man(7)}. */
  static String of(Command command) {
    return new ManualPage(command).render();
  }

  private String render() {
    String title = name(command.path());
    text.append(".\\\" SPDX-License-Identifier: Apache-2.0\n.TH \"");
    text.append(escaped(title.toUpperCase(Locale.ROOT))).append("\" 1 \"\" \"rktj ");
    text.append(Version.TEXT).append("\" \"rkt manual\"\n");
    section("NAME").append(escaped(title)).append(" \\- ").append(escaped(command.summary()));
    text.append('\n');
    section("SYNOPSIS").append(".B ").append(escaped(words())).append('\n');
    if (!command.usage().isEmpty()) {
      text.append(escaped(command.usage())).append('\n');
    }
    if (!command.description().isEmpty()) {
      section("DESCRIPTION").append(paragraphs(command.description()));
    }
    if (command.shape() == Command.Shape.GROUP) {
      commands();
    }
    options("OPTIONS", command.flags());
    options(command.path().isEmpty() ? "OPTIONS" : "GLOBAL OPTIONS", Flags.global());
    if (command.path().isEmpty()) {
      surroundings();
    }
    closing();
    return text.toString();
  }

  private String words() {
    return command.path().isEmpty() ? "rkt" : "rkt " + command.path();
  }

  private void commands() {
    section("COMMANDS");
    for (Command below : Suggestions.commands()) {
      boolean ours = command.path().isEmpty() || below.path().startsWith(command.path() + " ");
      if (ours && below.shape() != Command.Shape.GROUP) {
        item(below.path().equals("help") ? "help" : name(below.path()) + "(1)", below.summary());
      }
    }
  }

  private void options(String title, List<Flag> flags) {
    boolean begun = false;
    for (Flag flag : flags) {
      if (flag.hidden()) {
        continue;
      }
      if (!begun) {
        section(title);
        begun = true;
      }
      String value = flag.shownInitial();
      item(
          "--" + flag.name() + (flag.needsValue() ? "=" + value : "[=" + value + "]"),
          flag.help() + words(flag.help(), Suggestions.values(flag).words()));
    }
  }

  /** Words that can be said, unless {@code help} names the last of them itself. */
  private static String words(String help, List<String> words) {
    boolean told = words.isEmpty() || help.contains(words.get(words.size() - 1));
    return told ? "" : ". Words: " + String.join(", ", words);
  }

  /** What all commands have in common stands on the page of rkt itself. */
  private void surroundings() {
    section("FILES");
    item(
        "/var/lib/rkt",
        "Images and pods: the data directory, unless --dir or paths.d name another.");
    item(
        "/usr/lib/rkt, /etc/rkt",
        "Configuration of the vendor and of this machine: auth.d, paths.d, stage1.d, fetch.d, net.d"
            + " and trustedkeys.");
    section("ENVIRONMENT");
    item("http_proxy, https_proxy, no_proxy", "Proxies for discovery and for fetching.");
    item(
        "RKT_METADATA_SOCKET",
        "Where the metadata service registers pods, instead of /run/rkt/metadata-svc.sock.");
    item("RKTJ_JAVA", "The Java program to use instead of the newest one found.");
    item("RKTJ_OPTIONS", "More options for the JVM, split at blanks.");
    item("RKTJ_ARCHIVE", "If it is off, no class-data archive is used or made.");
  }

  private void closing() {
    section("EXIT STATUS")
        .append(
            command.path().equals("run") || command.path().equals("run-prepared")
                ? "That of the pod, or 254 if rkt failed.\n"
                : "0 if all was done, 254 if rkt failed or was used wrongly.\n");
    section("SEE ALSO");
    if (!command.path().isEmpty()) {
      text.append(".BR rkt (1)");
      if (!command.parent().isEmpty()) {
        text.append(",\n.BR ").append(escaped(name(command.parent()))).append(" (1)");
      }
      text.append('\n');
    }
    text.append(escaped("The documents in share/doc/rktj of the distribution.")).append('\n');
  }

  private StringBuilder section(String title) {
    return text.append(".SH \"").append(title).append("\"\n");
  }

  private void item(String term, String description) {
    text.append(".TP\n.B ").append(escaped(term)).append('\n');
    text.append(escaped(description)).append('\n');
  }

  /** Blank lines begin paragraphs; other lines are filled. */
  private static String paragraphs(String description) {
    StringBuilder lines = new StringBuilder();
    for (String line : description.split("\n", -1)) {
      lines.append(line.isEmpty() ? ".PP" : escaped(line)).append('\n');
    }
    return lines.toString();
  }

  /** Text that means itself: no request, no escape, and dashes that can be copied. */
  private static String escaped(String words) {
    String plain = words.replace("\\", "\\e").replace("-", "\\-").replace("\"", "\\(dq");
    boolean request = plain.startsWith(".") || plain.startsWith("'");
    return request ? "\\&" + plain : plain;
  }
}
