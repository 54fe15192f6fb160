// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

/** The completion script for bash; needs nothing but bash itself. */
final class BashCompletion {
  /** The script. */
  String script() {
    return ShellText.HEAD
        + function("commands", "the commands behind a command", commands())
        + function("flags", "the flags of a command; those with \"=\" need a value", flags())
        + function("arguments", "what the arguments of a command are", arguments())
        + function("values", "what the values of a flag are", ShellText.valueCases())
        + logic();
  }

  private static String commands() {
    return ShellText.cases(ShellText.everything(), ShellText::children);
  }

  private static String flags() {
    return ShellText.cases(ShellText.everything(), ShellText::flags);
  }

  private static String arguments() {
    return ShellText.cases(
        Suggestions.commands(), command -> ShellText.offer(Suggestions.arguments(command)));
  }

  private static String function(String name, String what, String cases) {
    return "\n# Prints "
        + what
        + ".\n_rkt_"
        + name
        + "() {\n  case $1 in\n"
        + cases
        + "  esac\n}\n";
  }

  private static String logic() {
    return """

        # Offers those of the words that begin with "$current". Names come from images, and bash puts
        # them on the command line as they are: what the shell could take for more is left out.
        _rkt_add() {
          local LC_ALL=C word
          for word; do
            [[ $word == "$current"* && $word != *[!A-Za-z0-9._~/:,+=-]* ]] && COMPREPLY+=("$word")
          done
          return 0
        }

        # Offers what KIND [WORDS...] describes for the word "$current".
        _rkt_offer() {
          local kind=${1-} uuid rest word
          local -a found
          shift
          case $kind in
            words)
              if [[ $current == *,* ]]; then
                _rkt_add "${@/#/${current%,*},}"
              else
                _rkt_add "$@"
              fi
              ;;
            pods)
              while IFS=$'\\t' read -r uuid rest; do
                case $uuid in *-*-*-*-*) _rkt_add "$uuid" ;; esac
              done < <("${COMP_WORDS[0]}" "${global[@]}" list --full --no-legend 2>/dev/null)
              ;;
            images | images_and_files)
              while read -r word; do
                _rkt_add "$word"
              done < <("${COMP_WORDS[0]}" "${global[@]}" image list --fields=name --no-legend 2>/dev/null)
              ;;
          esac
          case $kind in
            files | images_and_files) mapfile -t found < <(compgen -f -- "$current") ;;
            directories) mapfile -t found < <(compgen -d -- "$current") ;;
            *) return 0 ;;
          esac
          COMPREPLY+=("${found[@]}")
          compopt -o filenames 2>/dev/null
          return 0
        }

        _rkt() {
          local line=${COMP_LINE:0:COMP_POINT} current previous path= word i done_with=
          local IFS=$' \\t\\n'
          local -a words global=()
          COMPREPLY=()
          read -ra words <<<"$line"
          case $line in *[[:space:]]) words+=("") ;; esac
          current=${words[${#words[@]} - 1]}
          previous=${words[${#words[@]} - 2]}
          for ((i = 1; i < ${#words[@]} - 1; i++)); do
            word=${words[i]}
            case $word in
              --dir=* | --system-config=* | --local-config=* | --user-config=*) global+=("$word") ;;
              --) return ;;
              @SWALLOWING@) i=$((i + 1)) ;;
              -*) ;;
              *)
                if [[ -z $done_with && " $(_rkt_commands "$path") " == *" $word "* ]]; then
                  path=${path:+$path }$word
                else
                  done_with=$word
                fi
                ;;
            esac
          done
          case $previous in
            @SWALLOWING@)
              # shellcheck disable=SC2046
              _rkt_offer $(_rkt_values "$previous")
              _rkt_cut "$current"
              return
              ;;
          esac
          case $current in
            --*=*)
              word=$current
              current=${word#*=}
              # shellcheck disable=SC2046
              _rkt_offer $(_rkt_values "${word%%=*}")
              COMPREPLY=("${COMPREPLY[@]/#/${word%%=*}=}")
              _rkt_cut "$word"
              ;;
            -*)
              # shellcheck disable=SC2046
              _rkt_add $(_rkt_flags "$path")
              [[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
              ;;
            *)
              if [[ -n $(_rkt_commands "$path") ]]; then
                # shellcheck disable=SC2046
                _rkt_add $(_rkt_commands "$path")
              else
                # shellcheck disable=SC2046
                _rkt_offer $(_rkt_arguments "$path")
                _rkt_cut "$current"
              fi
              ;;
          esac
        }

        # Leaves out what bash takes for words before the last one: all up to a "=" or ":" in it.
        _rkt_cut() {
          local head=${1%"${1##*[=:]}"} i
          [[ $COMP_WORDBREAKS == *[=:]* ]] || return 0
          for i in "${!COMPREPLY[@]}"; do
            COMPREPLY[i]=${COMPREPLY[i]#"$head"}
          done
        }

        complete -F _rkt rkt
        """
        .replace("@SWALLOWING@", ShellText.swallowing());
  }
}
