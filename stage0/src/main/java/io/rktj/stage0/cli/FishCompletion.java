// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.util.List;

/** The completion script for fish, with descriptions. */
final class FishCompletion {
  private final StringBuilder text = new StringBuilder();

  /** The script. */
  String script() {
    text.append(ShellText.HEAD).append(functions());
    text.append("\ncomplete -c rkt -f\n");
    for (Flag flag : Flags.global()) {
      if (!flag.hidden()) {
        flag("", flag);
      }
    }
    text.append("complete -c rkt -l help -s h -d 'show the help page'\n");
    for (Command command : ShellText.everything()) {
      command(command);
    }
    return text.toString();
  }

  private static String functions() {
    StringBuilder groups = new StringBuilder();
    StringBuilder paths = new StringBuilder();
    for (Command command : Suggestions.commands()) {
      StringBuilder list = command.shape() == Command.Shape.GROUP ? groups : paths;
      list.append(' ').append(quoted(command.path()));
    }
    return """

        # The command that the line names so far, and the word behind it if there is one.
        function __rkt_line
            set -l path
            set -l words (commandline -opc)
            set -e words[1]
            set -l skip 0
            for word in $words
                if test $skip = 1
                    set skip 0
                    continue
                end
                switch $word
                    case '--*=*'
                    case @SWALLOWING@
                        set skip 1
                    case '-*'
                    case '*'
                        set -l longer (string trim -- "$path $word")
                        if contains -- $longer@PATHS@
                            echo $longer
                            return
                        else if contains -- $longer@GROUPS@
                            set path $longer
                        else
                            echo $path $word
                            return
                        end
                end
            end
            echo $path
        end

        function __rkt_at
            test (string join ' ' -- (__rkt_line)) = "$argv[1]"
        end

        # The flags among the words that say where rkt's data is.
        function __rkt_global
            for word in (commandline -opc)
                string match -r -- '^--(?:dir|system-config|local-config|user-config)=.*' $word
            end
        end

        function __rkt_pods
            rkt (__rkt_global) list --full --no-legend 2>/dev/null | string match -r '^[0-9a-f-]{36}'
        end

        function __rkt_images
            rkt (__rkt_global) image list --fields=name --no-legend 2>/dev/null
        end
        """
        .replace("@SWALLOWING@", ShellText.swallowing().replace(" | ", " "))
        .replace("@PATHS@", paths)
        .replace("@GROUPS@", groups);
  }

  private void command(Command command) {
    String condition = " -n " + quoted("__rkt_at " + quoted(command.path()));
    for (Command child : Suggestions.children(command.path())) {
      line(condition, " -a " + child.leaf(), child.summary());
    }
    for (Flag flag : command.flags()) {
      if (!flag.hidden()) {
        flag(condition, flag);
      }
    }
    if (command.shape() != Command.Shape.GROUP) {
      String offer = offer(Suggestions.arguments(command));
      if (!offer.isEmpty()) {
        text.append("complete -c rkt").append(condition).append(offer).append('\n');
      }
    }
  }

  private void flag(String condition, Flag flag) {
    Suggestions.Values values = Suggestions.values(flag);
    String value = values.kind() == Suggestions.Kind.FILES ? " -r -F" : " -x" + offer(values);
    line(condition, " -l " + flag.name() + (flag.needsValue() ? value : ""), flag.help());
  }

  private void line(String condition, String what, String description) {
    text.append("complete -c rkt").append(condition).append(what);
    text.append(" -d ").append(quoted(description)).append('\n');
  }

  private static String offer(Suggestions.Values values) {
    return switch (values.kind()) {
      case NOTHING -> "";
      case WORDS -> " -a " + quoted(join(values.words()));
      case PODS -> " -a '(__rkt_pods)'";
      case IMAGES -> " -a '(__rkt_images)'";
      case IMAGES_AND_FILES -> " -F -a '(__rkt_images)'";
      case FILES -> " -F";
      case DIRECTORIES -> " -a '(__fish_complete_directories)'";
    };
  }

  private static String join(List<String> words) {
    return String.join(" ", words);
  }

  private static String quoted(String word) {
    return "'" + word.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
