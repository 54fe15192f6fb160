// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Completion scripts, in the shells they are for ({@code spec/rkt-cli.md} section 4.16), and the
 * pages of the manual.
 */
class CompletionIT {
  /** Shows what bash would offer at the end of the line given as the first argument. */
  private static final String BASH =
      """
      source "$1"
      COMP_LINE=$2 COMP_POINT=${#2}
      read -ra COMP_WORDS <<<"$2"
      COMP_WORDS[0]=$3
      _rkt
      printf '%s\\n' "${COMPREPLY[@]}"
      """;

  /** The same for zsh, whose own machinery is played by functions that print. */
  private static final String ZSH =
      """
      compdef() { : }
      compset() { setopt localoptions extendedglob; PREFIX=${PREFIX#${~2}} }
      compadd() { shift; local w; for w; do [[ $w == $PREFIX* ]] && print -r -- $w; done }
      _describe() {
        local -a list
        [[ $1 == -o ]] && shift
        list=(${(P)2}); local w
        for w in $list; do [[ $w == $PREFIX* ]] && print -r -- ${w%%:*}; done
      }
      _files() { print FILES $* }
      source $1
      words=(${=2}); [[ $2 == *' ' ]] && words+=('')
      words[1]=$3
      CURRENT=$#words PREFIX=$words[CURRENT]
      _rkt
      """;

  @TempDir Path temp;
  private RktRunner rkt;

  @BeforeEach
  void prepare() {
    rkt = RktRunner.in(temp);
  }

  private static Path share() {
    return RktRunner.distribution().resolve("share");
  }

  private Set<String> offered(String shell, String line) {
    Path script = temp.resolve("script." + shell);
    try {
      Files.writeString(script, rkt.run("completion", shell).exits(0).stdout());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String program = RktRunner.distribution().resolve("bin/rkt").toString();
    return switch (shell) {
      case "bash" -> lines("bash", "-c", BASH, "bash", script.toString(), line, program);
      case "zsh" -> lines("zsh", "-fc", ZSH, "zsh", script.toString(), line, program);
      default ->
          lines(
              "fish",
              "--no-config",
              "-c",
              "source $argv[1]; function rkt; $argv_program $argv; end; complete -C $argv[2]"
                  .replace("$argv_program", program),
              script.toString(),
              line);
    };
  }

  /** What a program prints, line by line, descriptions of fish cut off. */
  private Set<String> lines(String... command) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.directory(temp.toFile());
      builder.environment().put("HOME", temp.toString());
      builder.redirectError(temp.resolve("err").toFile());
      Process process = builder.start();
      process.getOutputStream().close();
      String out = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(Files.readString(temp.resolve("err"))).isEmpty();
      Set<String> lines = new TreeSet<>();
      for (String text : out.split("\n", -1)) {
        if (!text.isEmpty()) {
          lines.add(text.replaceFirst("\t.*", ""));
        }
      }
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static List<String> shells() {
    List<String> shells = new ArrayList<>(List.of("bash"));
    for (Requirement shell : List.of(Requirement.ZSH, Requirement.FISH)) {
      var reason = shell.reasonToSkip();
      if (reason.isEmpty()) {
        shells.add(shell.name().toLowerCase(Locale.ROOT));
      } else {
        System.out.println("skipped: " + reason.get());
      }
    }
    return shells;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "completion | completion: shell type is not specified",
        "completion bash zsh | completion: too many arguments, only shell type is expected",
        "completion tcsh | completion: 'tcsh' shell is not supported",
      })
  @Covers("cli-4.16-shells")
  void wrongShellsAreRefused(String words, String message) {
    var result = rkt.run(words.split(" ", -1)).exits(254);

    assertThat(result.stderr().lines().findFirst()).contains(message);
    assertThat(result.stdout()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("shells")
  @Covers({"cli-4.16-shells", "habit-completion"})
  void commandsAreCompleted(String shell) {
    assertThat(offered(shell, "rkt ")).contains("run", "fetch", "image", "list", "help");
    assertThat(offered(shell, "rkt fe")).containsExactly("fetch");
    assertThat(offered(shell, "rkt image re")).containsExactly("render");
    assertThat(offered(shell, "rkt --debug --dir /x image ver")).containsExactly("verify");
    assertThat(offered(shell, "rkt completion ")).containsExactly("bash", "fish", "zsh");
  }

  @ParameterizedTest
  @MethodSource("shells")
  @Covers("habit-completion")
  void flagsAreCompleted(String shell) {
    assertThat(offered(shell, "rkt image list --no"))
        .hasSize(1)
        .allMatch(word -> word.equals("--no-legend"));
    assertThat(offered(shell, "rkt fetch --pull"))
        .allMatch(word -> word.startsWith("--pull-policy"))
        .isNotEmpty();
    assertThat(offered(shell, "rkt fetch --store")).isEmpty(); // deprecated
    assertThat(offered(shell, "rkt --insec")).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("shells")
  @Covers("habit-completion")
  void valuesOfFlagsAreCompleted(String shell) {
    assertThat(offered(shell, "rkt fetch --pull-policy "))
        .containsExactly("never", "new", "update");
    assertThat(offered(shell, "rkt fetch --pull-policy=ne"))
        .map(word -> word.replace("--pull-policy=", ""))
        .containsExactly("never", "new");
    assertThat(offered(shell, "rkt list --format ")).containsExactly("json", "json-pretty");
  }

  @ParameterizedTest
  @MethodSource("shells")
  @Needs(Requirement.ROOT)
  @Covers("habit-completion")
  void imagesAreCompletedAndNothingOfTheirNamesIsRun(String shell) {
    Path bomb = temp.resolve("bomb");
    for (String version : List.of("1.0", "$(touch bomb)")) {
      Path aci =
          TestImage.named("example.com/app")
              .version(version)
              .write(temp.resolve("images-" + version.length()));
      rkt.run("--insecure-options=image", "fetch", aci.toString()).exits(0);
    }

    Set<String> offered = offered(shell, "rkt --dir=" + rkt.data() + " image rm example.com/");

    assertThat(offered).contains("example.com/app:1.0");
    assertThat(bomb).doesNotExist();
    if (shell.equals("bash")) {
      assertThat(offered).noneMatch(word -> word.contains("$"));
      // bash takes a colon for the end of a word
      assertThat(offered(shell, "rkt --dir=" + rkt.data() + " image rm example.com/app:"))
          .containsExactly("1.0");
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  @Needs(Requirement.PODS)
  @Covers("habit-completion")
  void podsAreCompleted(String shell) {
    Rkt.script(temp, "exit 0").exits(0);
    String uuid = rkt.run("list", "--full", "--no-legend").stdout().replaceFirst("(?s)\t.*", "");

    assertThat(offered(shell, "rkt --dir=" + rkt.data() + " status " + uuid.substring(0, 3)))
        .containsExactly(uuid);
  }

  @ParameterizedTest
  @CsvSource({
    "bash, bash-completion/completions/rkt",
    "zsh, zsh/site-functions/_rkt",
    "fish, fish/vendor_completions.d/rkt.fish",
  })
  @Covers("habit-completion")
  void distributionCarriesTheScripts(String shell, String file) {
    assertThat(share().resolve(file)).hasContent(rkt.run("completion", shell).stdout());
  }

  @Test
  @Covers("habit-man")
  void everyCommandOfTheHelpPageHasItsPageOfTheManual() {
    List<String> commands =
        rkt.run("help")
            .stdout()
            .lines()
            .dropWhile(line -> !line.equals("COMMANDS:"))
            .skip(1)
            .takeWhile(line -> line.startsWith("\t"))
            .filter(line -> !line.contains("not supported yet"))
            .map(line -> line.split("\t", -1)[1])
            .filter(command -> !command.equals("help"))
            .toList();

    assertThat(commands).contains("run", "image list");
    for (String command : commands) {
      Path page = share().resolve("man/man1/rkt-" + command.replace(' ', '-') + ".1");
      assertThat(page).content().contains(".B rkt " + command.replace("-", "\\-") + "\n");
    }
    assertThat(share().resolve("man/man1/rkt.1")).content().contains("rkt\\-image\\-list(1)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rkt", "rkt-run", "rkt-image", "rkt-fetch", "rkt-image-list"})
  @Needs(Requirement.GROFF)
  @Covers("habit-man")
  void pagesOfTheManualAreReadable(String name) {
    Path page = share().resolve("man/man1/" + name + ".1");

    Set<String> text = lines("groff", "-man", "-ww", "-Tascii", "-P-cbou", page.toString());

    assertThat(text).anyMatch(line -> line.contains("EXIT STATUS"));
  }
}
