// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** General conduct of the command line ({@code spec/rkt-cli.md} section 1). */
class RktTest {
  @Test
  void withoutCommandSaysSoAndShowsHelp() {
    CommandRun run = CommandRun.of();

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).isEqualTo("rkt: missing command\n");
    assertThat(run.out()).startsWith("NAME:\n\trkt - ");
  }

  @Test
  void helpOfRktEndsWell() {
    CommandRun run = CommandRun.of("--help");

    assertThat(run.status()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("\nCOMMANDS:\n").contains("VERSION:");
  }

  @Test
  void unknownCommandIsNamed() {
    CommandRun run = CommandRun.of("foo");

    assertThat(run.status()).isEqualTo(254);
    assertThat(run.err())
        .isEqualTo("Error: unknown command \"foo\" for \"rkt\"\nRun 'rkt --help' for usage.\n");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void unknownFlagShowsTheCommandsHelp() {
    CommandRun run = CommandRun.of("list", "--foo");

    assertThat(run.status()).isEqualTo(254);
    assertThat(run.err()).isEqualTo("Error: unknown flag: --foo\n\n");
    assertThat(run.out()).startsWith("NAME:\n\tlist - ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--full=x | invalid argument \"x\" for --full=x: strconv.ParseBool: parsing \"x\": invalid"
            + " syntax",
        "--insecure-options=x | invalid argument \"x\" for --insecure-options=x: unknown option"
            + " \"x\"",
        "--insecure-options=tls,tls | invalid argument \"tls,tls\" for --insecure-options=tls,tls:"
            + " duplicated option \"tls\"",
        "--dir= | invalid argument \"\" for --dir=: \"\" is not a valid directory",
        "--format | flag needs an argument: --format",
        "-x | unknown shorthand flag: 'x' in -x",
        "--=x | bad flag syntax: --=x",
      })
  void wrongFlagsAreRefusedWithTheReason(String flag, String reason) {
    CommandRun run = CommandRun.of("list", flag);

    assertThat(run.status()).isEqualTo(254);
    assertThat(run.err()).isEqualTo("Error: " + reason + "\n\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"vers", "version", "v"})
  void clearBeginningsOfNamesWillDo(String name) {
    assertThat(CommandRun.of(name).out()).startsWith("rkt Version: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"s", "ru-", "image l1", "e"})
  void unclearBeginningsAreUnknown(String words) {
    CommandRun run = CommandRun.of(words.split(" "));

    assertThat(run.status()).isEqualTo(254);
    assertThat(run.err()).startsWith("Error: unknown command ");
  }

  @Test
  void exactNameWinsOverLongerOnes() {
    assertThat(CommandTable.find("", "run")).contains("run");
    assertThat(CommandTable.find("", "app")).contains("app");
    assertThat(CommandTable.find("image", "l")).contains("image list");
    assertThat(CommandTable.find("image", "e")).isEmpty();
  }

  @Test
  void flagsMayStandBeforeTheCommand() {
    CommandLineWords words =
        CommandLineWords.cut(
            List.of("--no-store", "--debug", "--pull-policy", "new", "fetch", "IMG", "--full"));

    assertThat(words.path()).isEqualTo("fetch");
    assertThat(words.rest())
        .containsExactly("--no-store", "--debug", "--pull-policy", "new", "IMG", "--full");
  }

  @Test
  void globalFlagBeforeTheCommandKeepsItsValue() {
    CommandLineWords words =
        CommandLineWords.cut(List.of("--dir", "list", "image", "--debug", "rm", "x"));

    assertThat(words.path()).isEqualTo("image rm");
    assertThat(words.rest()).containsExactly("--dir", "list", "--debug", "x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"image", "help image", "image --help"})
  void groupShowsItsCommands(String words) {
    CommandRun run = CommandRun.of(words.split(" "));

    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("image list").contains("GLOBAL OPTIONS:");
  }

  @Test
  void profilesAreRefused() {
    CommandRun run = CommandRun.of("version", "--cpuprofile=/tmp/x");

    assertThat(run.status()).isEqualTo(254);
    assertThat(run.err()).contains("--cpuprofile: not supported yet");
  }

  @Test
  void exitCodesAreThoseOfTheTable() {
    assertThat(ExitCode.DONE.status()).isZero();
    assertThat(ExitCode.UNREADABLE_UUID_FILE.status()).isEqualTo(1);
    assertThat(ExitCode.NO_COMMAND.status()).isEqualTo(2);
    assertThat(ExitCode.FAILED.status()).isEqualTo(254);
  }

  @Test
  void rootHelpTellsTheExitCodes() {
    String help = CommandRun.of("help").out();

    for (ExitCode code : ExitCode.values()) {
      assertThat(help).contains(code.status() + " ");
    }
  }

  @Test
  void everyCommandThatIsNeitherGroupNorAbsentHasABody() {
    for (String path : CommandTable.paths()) {
      Command command = CommandTable.command(path);
      boolean described = command.shape() == Command.Shape.GROUP;
      if (!described && !path.equals("help")) {
        assertThat(CommandBodies.of(path)).as(path).isNotNull();
      }
    }
  }

  @Test
  void flagsAreInOrderAndHaveOneName() {
    for (String path : CommandTable.paths()) {
      List<String> names = CommandTable.command(path).flags().stream().map(Flag::name).toList();
      assertThat(names).as(path).isSorted().doesNotHaveDuplicates();
    }
  }
}
