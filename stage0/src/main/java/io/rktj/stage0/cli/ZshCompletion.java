// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

/** The completion script for zsh, with descriptions. */
final class ZshCompletion {
  /** The script; also a file {@code _rkt} of zsh's function path. */
  String script() {
    return "#compdef rkt\n"
        + ShellText.HEAD
        + described("commands", "commands behind a command", true)
        + described("flags", "flags of a command", false)
        + "\n_rkt_arguments() {\n  case $1 in\n"
        + ShellText.cases(
            Suggestions.commands(), command -> ShellText.offer(Suggestions.arguments(command)))
        + "  esac\n}\n"
        + "\n_rkt_values() {\n  case $1 in\n"
        + ShellText.valueCases()
        + "  esac\n}\n"
        + logic();
  }

  /** A function that sets {@code entries} to {@code NAME:DESCRIPTION}. */
  private static String described(String name, String what, boolean commands) {
    StringBuilder text = new StringBuilder("\n# Sets \"entries\" to the " + what + ".\n_rkt_");
    text.append(name).append("() {\n  entries=()\n  case $1 in\n");
    for (Command command : ShellText.everything()) {
      StringBuilder entries = new StringBuilder();
      if (commands && command.shape() == Command.Shape.GROUP) {
        for (Command child : Suggestions.children(command.path())) {
          entry(entries, child.leaf(), child.summary());
        }
      } else if (!commands) {
        for (Flag flag : Suggestions.flags(command)) {
          entry(entries, "--" + flag.name() + (flag.needsValue() ? "=" : ""), flag.help());
        }
        entry(entries, "--help", "show the help page");
      }
      if (entries.length() > 0) {
        text.append("    ").append(ShellText.quoted(command.path())).append(") entries=(\n");
        text.append(entries).append("    ) ;;\n");
      }
    }
    return text.append("  esac\n}\n").toString();
  }

  private static void entry(StringBuilder entries, String name, String description) {
    String text = name + ":" + description.replace("\\", "\\\\");
    entries.append("      ").append(ShellText.quoted(text)).append('\n');
  }

  private static String logic() {
    return """

        # Offers what KIND [WORDS...] describes.
        _rkt_offer() {
          local kind=$1
          local -a found
          shift
          case $kind in
            words)
              compset -P '*,'
              compadd -- "$@"
              ;;
            pods)
              found=(${${(f)"$("$words[1]" $global list --full --no-legend 2>/dev/null)"}%%$'\\t'*})
              compadd -- ${(M)found:#*-*-*-*-*}
              ;;
            images | images_and_files)
              found=(${(f)"$("$words[1]" $global image list --fields=name --no-legend 2>/dev/null)"})
              compadd -- $found
              [[ $kind == images ]] || _files
              ;;
            files) _files ;;
            directories) _files -/ ;;
          esac
        }

        _rkt() {
          local route='' word finished=''
          local -a entries global
          integer i
          for ((i = 2; i < CURRENT; i++)); do
            word=$words[i]
            case $word in
              (--dir=*|--system-config=*|--local-config=*|--user-config=*) global+=($word) ;;
              (--) _files; return ;;
              (@SWALLOWING@) ((i += 1)) ;;
              (-*) ;;
              (*)
                _rkt_commands "$route"
                if [[ -z $finished && -n ${(M)entries:#$word:*} ]]; then
                  route=${route:+$route }$word
                else
                  finished=$word
                fi
                ;;
            esac
          done
          case $words[CURRENT-1] in
            (@SWALLOWING@)
              _rkt_offer ${=$(_rkt_values $words[CURRENT-1])}
              return
              ;;
          esac
          word=$words[CURRENT]
          case $word in
            (--*=*)
              compset -P '*='
              _rkt_offer ${=$(_rkt_values ${word%%=*})}
              ;;
            (-*)
              _rkt_flags "$route"
              _describe -o option entries -S ''
              ;;
            (*)
              _rkt_commands "$route"
              if (( $#entries )); then
                _describe command entries
              else
                _rkt_offer ${=$(_rkt_arguments "$route")}
              fi
              ;;
          esac
        }

        if [[ ${funcstack[1]-} == _rkt ]]; then
          _rkt "$@"
        else
          compdef _rkt rkt
        fi
        """
        .replace("@SWALLOWING@", ShellText.swallowing().replace(" | ", "|"));
  }
}
