// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.TestImage;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** General conduct of the command ({@code spec/rkt-cli.md} section 1), as the shell sees it. */
class GrammarIT {
  @TempDir Path temp;
  private RktRunner rkt;

  @BeforeEach
  void prepare() {
    rkt = RktRunner.in(temp);
  }

  private RktRunner.RktResult run(String words) {
    return rkt.run(words.split(" ", -1));
  }

  // commands and abbreviations

  @Test
  @Covers("cli-1-no-command")
  void withoutACommandThereIsHelpAndStatusTwo() {
    var result = rkt.bare().await(60).exits(2);

    assertThat(result.stderr()).isEqualTo("rkt: missing command\n");
    assertThat(result.stdout()).startsWith("NAME:\n\trkt - ");
  }

  @ParameterizedTest
  @CsvSource({"lis, UUID\t", "l, UUID\t", "image li, ID\t", "im l, ID\t", "vers, rkt Version: "})
  @Covers("cli-1-prefix")
  void clearBeginningsOfCommandsWillDo(String words, String output) {
    assertThat(run(words).exits(0).stdout()).startsWith(output.strip());
  }

  @ParameterizedTest
  @CsvSource({"st, st, rkt", "foo, foo, rkt", "image e, e, rkt image", "ru-, ru-, rkt"})
  @Covers({"cli-1-prefix", "cli-1-unknown-command"})
  void unclearAndUnknownCommandsAreRefused(String words, String unknown, String parent) {
    var result = run(words).exits(254);

    assertThat(result.stderr())
        .isEqualTo(
            "Error: unknown command \""
                + unknown
                + "\" for \""
                + parent
                + "\"\nRun '"
                + parent
                + " --help' for usage.\n");
    assertThat(result.stdout()).isEmpty();
  }

  // flags

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--no-legend --fields=name image list",
        "--no-legend image --fields=name list",
        "--fields name --no-legend image list",
        "image list --no-legend --fields name",
        "image list --no-legend=true --fields=name",
        "--debug image list --no-legend --fields=name --full=false",
      })
  @Needs(Requirement.ROOT)
  @Covers({"cli-1-values", "cli-1-flags-first"})
  void flagsMayStandAnywhere(String words) {
    Path aci = TestImage.named("a").write(temp.resolve("images"));
    rkt.run("--insecure-options=image", "fetch", aci.toString()).exits(0);

    assertThat(run(words).exits(0).stdout()).isEqualTo("a:1\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "list --foo | unknown flag: --foo",
        "list -x | unknown shorthand flag: 'x' in -x",
        "list --full=x | invalid argument \"x\" for --full=x: strconv.ParseBool: parsing \"x\":"
            + " invalid syntax",
        "gc --grace-period=x | invalid argument \"x\" for --grace-period=x: time: invalid duration",
        "list --format | flag needs an argument: --format",
        "list --insecure-options=x | invalid argument \"x\" for --insecure-options=x: unknown"
            + " option \"x\"",
        "list --insecure-options=tls,TLS | invalid argument \"tls,TLS\" for"
            + " --insecure-options=tls,TLS: duplicated option \"TLS\"",
        "list --dir= | invalid argument \"\" for --dir=: \"\" is not a valid directory",
        "list --user-config= | invalid argument \"\" for --user-config=: \"\" is not a valid"
            + " directory",
      })
  @Covers({
    "cli-1-unknown-flag",
    "cli-1-bad-value",
    "cli-1.3-dir",
    "cli-1.3-insecure",
    "cli-4.11-durations"
  })
  void wrongFlagsAreToldOnStderrAndAnsweredWithTheUsage(String words, String reason) {
    var result = run(words).exits(254);

    assertThat(result.stderr()).startsWith("Error: " + reason).endsWith("\n\n");
    assertThat(result.stdout()).contains("\nUSAGE:\n\trkt " + words.replaceFirst(" .*", ""));
  }

  @Test
  @Covers({"cli-1.3-insecure", "cli-1.3-insecure-all"})
  void lastInsecureOptionsReplaceEarlierOnesInAnyCase() {
    Path aci = TestImage.named("a").write(temp.resolve("images"));

    rkt.run("--insecure-options=image", "--insecure-options=tls", "fetch", aci.toString())
        .exits(254)
        .stderrHas("fetch: error opening signature file: open " + aci + ".asc: no such file");
    rkt.run("--insecure-options=tls", "fetch", "--insecure-options=HTTP,Image", aci.toString())
        .exits(0);
    rkt.run("--insecure-options=ALL-fetch", "fetch", aci.toString()).exits(0);
  }

  @Test
  @Covers("cli-1.3-dir")
  void dataDirectoryMayBeRelative() {
    rkt.inside("sh", "-c", "cd " + temp + " && exec \"$@\"", "sh");

    rkt.bare("--dir=relative/data", "image", "list").await(60).exits(0);

    assertThat(temp.resolve("relative/data/cas")).isDirectory();
  }

  // help

  @ParameterizedTest
  @ValueSource(
      strings = {"image list --help", "image list -h", "help image list", "--help image list"})
  @Covers({"cli-1-help", "cli-1.2-layout"})
  void helpOfACommandGoesToStdout(String words) {
    var result = run(words).exits(0);

    assertThat(result.stderr()).isEmpty();
    assertThat(result.stdout())
        .startsWith("NAME:\n\timage list - List the images of the local store\n\nUSAGE:\n\trkt")
        .contains("\n\nOPTIONS:\n      --fields=id,name,size,importtime,lastused\t")
        .contains("\n      --format=\"\"\t")
        .contains("\n      --full[=false]\t")
        .contains("\n\nGLOBAL OPTIONS:\n      --debug[=false]\t")
        .contains("\n      --dir=/var/lib/rkt\t")
        .doesNotContain("cpuprofile");
  }

  @ParameterizedTest
  @ValueSource(strings = {"image", "image --help", "help image", "image --debug"})
  @Covers("cli-1-help")
  void groupShowsItsCommands(String words) {
    var result = run(words).exits(0);

    assertThat(result.stdout())
        .contains("\nCOMMANDS:\n\timage cat-manifest\t")
        .contains("\n\timage verify\t")
        .doesNotContain("\timage fetch");
    assertThat(result.stderr()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h", "help"})
  @Covers({"cli-1.2-layout", "cli-1.2-recursive"})
  void helpOfRktListsAllCommands(String words) {
    String help = run(words).exits(0).stdout();

    assertThat(help.lines().filter(line -> line.matches("[A-Z ]+:")))
        .containsExactly("NAME:", "USAGE:", "VERSION:", "COMMANDS:", "DESCRIPTION:", "OPTIONS:");
    List<String> commands =
        help.lines()
            .dropWhile(line -> !line.equals("COMMANDS:"))
            .skip(1)
            .takeWhile(line -> line.startsWith("\t"))
            .map(line -> line.split("\t", -1)[1])
            .toList();
    assertThat(commands)
        .contains("image cat-manifest", "run")
        .doesNotContain("image", "app", "image fetch")
        .endsWith("help");
    assertThat(commands.subList(0, commands.size() - 1)).isSorted();
  }

  @Test
  @Covers("cli-1.2-layout")
  void columnsOfHelpAreLinedUpAtTabs() {
    String options = run("help fetch").stdout().split("\n\nGLOBAL OPTIONS:\n", -1)[1];

    assertThat(options.lines().map(GrammarIT::columnOfText).distinct()).hasSize(1);
  }

  /** Where the text behind the tabs begins on a terminal. */
  private static int columnOfText(String line) {
    int column = 0;
    int at = 0;
    while (line.charAt(at) != '\t') {
      column++;
      at++;
    }
    while (line.charAt(at) == '\t') {
      column = column / 8 * 8 + 8;
      at++;
    }
    return column;
  }

  // messages

  @Test
  @Covers("cli-1.1-chain")
  void chainOfCausesIsShortUnlessDebugIsOn() {
    var brief = run("status 1").exits(254);
    var whole = run("--debug status 1").exits(254);

    assertThat(brief.stderr())
        .isEqualTo("status: problem retrieving pod: no matches found for \"1\"\n");
    assertThat(whole.stderr())
        .startsWith("status: problem retrieving pod\n  └─")
        .contains("└─no matches found for \"1\"\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "image rm | rm: must provide at least one image ID",
        "image verify | verify: must provide at least one image",
        "fetch | fetch: must provide at least one image",
        "image cat-manifest nothing | cat-manifest: cannot find aci satisfying name: \"nothing\""
            + " and labels: [] in the local store",
        "image cat-manifest a:1,b=c | cat-manifest: cannot find aci satisfying name: \"a\" and",
        "cat-manifest 1 | cat-manifest: ",
        "trust --root --prefix=a x | trust: --root and --prefix usage mutually exclusive",
      })
  @Covers("cli-1.1-prefix")
  void messagesBeginWithTheCommandsLastWord(String words, String message) {
    var result = run(words).exits(254);

    assertThat(result.stderr()).startsWith(message);
    assertThat(result.stdout()).isEmpty();
  }

  @Test
  @Covers("cli-1.3-profiles")
  void profilesOfGoAreRefused() {
    run("list --cpuprofile=/tmp/x")
        .exits(254)
        .stderrHas("invalid argument \"/tmp/x\" for --cpuprofile=/tmp/x: ");
  }

  @Test
  @Covers("cli-4.15-lines")
  void versionHasRktsLines() {
    assertThat(run("version").exits(0).stdout().lines())
        .anyMatch(line -> line.matches("rkt Version: [0-9.]+"))
        .contains("appc Version: 0.8.11")
        .anyMatch(line -> line.matches("Features: [-+]TPM [-+]SDJOURNAL"))
        .hasSize(5);
  }

  // root

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run",
        "run /none.aci",
        "prepare",
        "run-prepared x",
        "enter",
        "attach",
        "attach x",
        "rm",
        "rm 1",
        "gc",
        "gc x",
        "app exec x"
      })
  @Needs(Requirement.ROOT)
  @Covers({"cli-1-root", "cli-1-root-attach"})
  void whatNeedsRootSaysSoFirst(String words) {
    asNobody();

    var result = run(words).exits(254);

    String command = words.replaceFirst("^app ", "").replaceFirst(" .*", "");
    assertThat(result.stderr()).isEqualTo(command + ": cannot run as unprivileged user\n");
    assertThat(result.stdout()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "stop",
        "fetch",
        "list",
        "status",
        "export",
        "app list",
        "app status",
        "app add",
        "app start",
        "app stop",
        "app rm",
        "cat-manifest",
        "trust",
        "config",
        "version",
        "image list",
        "image rm",
        "image gc",
        "image verify",
        "image render",
        "image export",
        "completion"
      })
  @Needs(Requirement.ROOT)
  @Covers("cli-1-no-root")
  void whatNeedsNoRootDoesNotAskForIt(String words) {
    asNobody();

    assertThat(run(words).stderr()).doesNotContain("unprivileged user");
  }

  private void asNobody() {
    rkt.inside("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
  }

  // terminals

  @ParameterizedTest
  @ValueSource(
      strings = {
        "image rm \u001b[31mred\u0007",
        "status \u001b]0;title\u0007",
        "\u001b[2J",
        "list --\u009b31m",
        "fetch \u001b[31m.aci",
        "image cat-manifest a,b=\u202egnp.exe",
        "help \u001b[31m",
        "completion \u001b[31m",
      })
  @Covers("habit-control")
  void charactersThatMoveTheCursorAreNeverPrinted(String words) {
    var result = run(words);

    assertThat(result.stderr() + result.stdout())
        .doesNotContainPattern("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]");
  }

  @Test
  @Needs(Requirement.ROOT)
  @Covers("habit-control")
  void labelsOfImagesCannotTurnTheText() {
    Path aci = TestImage.named("a").version("1\u202e2").write(temp.resolve("images"));
    rkt.run("--insecure-options=image", "fetch", aci.toString()).exits(0);

    assertThat(run("image list --fields=name --no-legend").exits(0).stdout())
        .isEqualTo("a:1\\xE2\\x80\\xAE2\n");
    assertThat(run("image list --format=json").stdout()).contains("\"name\":\"a:1\\u202e2\"");
    assertThat(run("image cat-manifest a").stdout()).contains("\"1\\u202e2\"");
  }

  @Test
  @Needs(Requirement.ROOT)
  @Covers("habit-colour")
  void onlyATerminalGetsMoreThanText() {
    Path aci = TestImage.named("a").write(temp.resolve("images"));

    var piped = rkt.run("--insecure-options=image", "fetch", aci.toString()).exits(0);
    assertThat(piped.stderr()).doesNotContain("\u001b").doesNotContain("\r");

    rkt.inside("bash", "-c", "exec script -qec \"$(printf '%q ' \"$@\")\" /dev/null", "bash");
    for (String words : List.of("image list", "list", "help", "version", "config", "foo")) {
      assertThat(run(words).stdout()).isNotEmpty().doesNotContain("\u001b");
    }
  }
}
