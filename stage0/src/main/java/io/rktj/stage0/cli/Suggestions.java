// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * What may stand where on a command line, for completion scripts and manual pages: all of it is
 * read from {@link CommandTable} but for the values of flags, which stand here.
 */
final class Suggestions {
  private Suggestions() {}

  /**
   * What to offer for a value or an argument.
   *
   * @param words the words themselves, if {@code kind} says so; may be parts of a list
   */
  record Values(Kind kind, List<String> words) {
    Values {
      words = List.copyOf(words);
    }

    private static Values of(Kind kind) {
      return new Values(kind, List.of());
    }

    private static Values words(String... words) {
      return new Values(Kind.WORDS, List.of(words));
    }
  }

  /** Where offers come from. */
  enum Kind {
    /** Nothing can be offered. */
    NOTHING,
    /** A few words. */
    WORDS,
    /** The pods of this host. */
    PODS,
    /** The images of the store. */
    IMAGES,
    /** The images of the store, and files. */
    IMAGES_AND_FILES,
    FILES,
    DIRECTORIES
  }

  /** The commands that a user may see and use, groups among them, in help's order. */
  static List<Command> commands() {
    List<Command> usable = new ArrayList<>();
    for (Command command : CommandTable.below("")) {
      if (!command.hidden()) {
        usable.add(command);
      }
    }
    return usable;
  }

  /** Those of {@link #commands} that are named directly behind {@code parent}. */
  static List<Command> children(String parent) {
    List<Command> children = new ArrayList<>();
    for (Command command : commands()) {
      if (command.parent().equals(parent) && !command.path().isEmpty()) {
        children.add(command);
      }
    }
    return children;
  }

  /** The flags that {@code command} shows, its own and those of all commands, in order. */
  static List<Flag> flags(Command command) {
    List<Flag> flags = new ArrayList<>();
    for (Flag flag : command.flags()) {
      if (!flag.hidden()) {
        flags.add(flag);
      }
    }
    for (Flag flag : Flags.global()) {
      if (!flag.hidden() && !command.declares(flag.name())) {
        flags.add(flag);
      }
    }
    return flags;
  }

  /** What can be offered for a flag's value. */
  static Values values(Flag flag) {
    if (flag.kind() == Flag.Kind.FORM) {
      return Values.words("json", "json-pretty");
    }
    return switch (flag.name()) {
      case "pull-policy" -> Values.words("new", "never", "update");
      case "ipc" -> Values.words("auto", "private", "parent");
      case "net" -> Values.words("default", "default-restricted", "all", "none", "host");
      case "hypervisor" -> Values.words("auto", "kvm", "tcg");
      case "dns", "hosts-entry" -> Values.words("host");
      case "order" -> Values.words("asc", "desc");
      case "sort" -> Values.words("name", "importtime", "lastused", "size");
      case "fields" -> Values.words("id", "name", "size", "importtime", "lastused");
      case "readonly-rootfs" -> Values.words("true", "false");
      case "stdin" -> Values.words("null", "stream", "tty");
      case "stdout", "stderr" -> Values.words("log", "null", "stream", "tty");
      case "insecure-options" ->
          Values.words(
              "none",
              "image",
              "tls",
              "ondisk",
              "http",
              "pubkey",
              "capabilities",
              "paths",
              "seccomp",
              "all-fetch",
              "all-run",
              "all");
      case "dir", "local-config", "system-config", "user-config" -> Values.of(Kind.DIRECTORIES);
      case "signature",
          "set-env-file",
          "uuid-file",
          "uuid-file-save",
          "pod-manifest",
          "stage1-path",
          "kernel" ->
          Values.of(Kind.FILES);
      case "stage1-name" -> Values.words("rktj.io/stage1-nspawn", "rktj.io/stage1-kvm");
      default -> Values.of(Kind.NOTHING);
    };
  }

  /** What can be offered for a command's arguments, by what its usage line calls them. */
  static Values arguments(Command command) {
    String usage = command.usage();
    if (command.path().equals("completion")) {
      return new Values(Kind.WORDS, CompletionCommand.shells());
    }
    if (command.path().equals("help")) {
      List<String> names = new ArrayList<>();
      for (Command child : children("")) {
        names.add(child.path());
      }
      return new Values(Kind.WORDS, names);
    }
    if (usage.contains("UUID")) {
      return Values.of(Kind.PODS);
    }
    if (usage.contains("IMAGE")) {
      boolean files = usage.contains("FLAGS") || usage.contains("FILE") || usage.contains("DIR");
      return Values.of(files ? Kind.IMAGES_AND_FILES : Kind.IMAGES);
    }
    return Values.of(usage.contains("KEY") || usage.contains("FILE") ? Kind.FILES : Kind.NOTHING);
  }
}
