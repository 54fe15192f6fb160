// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.manifest.EnvironmentVariable;
import io.rktj.spec.manifest.Volume;
import io.rktj.stage0.launch.Flavour;
import io.rktj.stage0.prepare.AppRequest;
import io.rktj.stage1.Stage1Call.DnsMode;
import io.rktj.stage1.Stage1Call.HostsMode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The grammar of {@code rkt run} ({@code spec/rkt-cli.md} sections 3, 4.1 and 7). */
class RunArgumentsTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private RunRequest parse(String... words) {
    RunArguments arguments = new RunArguments();
    CommandBody body =
        new CommandBody() {
          @Override
          public void flag(Flag flag, String value) {
            arguments.flag(flag.name(), value);
          }

          @Override
          public int call(Invocation invocation) {
            throw new AssertionError();
          }
        };
    Invocation invocation =
        new InvocationReader(
                CommandTable.command("run"),
                new GlobalOptions(),
                body,
                new Output(new ByteArrayOutputStream(), err),
                Map.of("PATH", "/bin"))
            .read(Arrays.asList(words));
    return arguments.parse(invocation);
  }

  private RunRequest line(String words) {
    return parse(words.split(" "));
  }

  private static String reason(Throwable failure) {
    return FailureReport.of(failure, false);
  }

  @Test
  void oneImageNeedsNothingElse() {
    RunRequest request = line("example.com/app:1.0");

    assertThat(request.apps()).hasSize(1);
    assertThat(request.apps().get(0).arguments()).isEmpty();
    assertThat(request.options().networks()).containsExactly("default");
    assertThat(request.options().ipc()).isEmpty();
    assertThat(request.options().names().dns()).isEqualTo(DnsMode.DEFAULT);
    assertThat(request.options().names().hosts()).isEqualTo(HostsMode.DEFAULT);
    assertThat(request.pod().overlay()).isTrue();
    assertThat(request.pullPolicy()).isEqualTo("new");
    assertThat(request.uuidFile()).isEmpty();
  }

  @Test
  void flagsBelongToTheImageBeforeThem() {
    RunRequest request =
        line("--debug a.com/x --user=u --exec /bin/a --debug=false b.com/y --user w --name=z");

    AppRequest first = request.apps().get(0);
    AppRequest second = request.apps().get(1);
    assertThat(first.user()).contains("u");
    assertThat(first.exec()).contains("/bin/a");
    assertThat(second.user()).contains("w");
    assertThat(second.exec()).isEmpty();
    assertThat(second.name().map(Object::toString)).contains("z");
    assertThat(request.options().caller().debug()).isFalse();
  }

  @Test
  void argumentsStandBetweenTwoAndThreeDashes() {
    RunRequest request = line("a.com/x -- --user=1 -x -- y --- b.com/y --- -- z");

    assertThat(request.apps()).hasSize(2);
    assertThat(request.apps().get(0).arguments()).containsExactly("--user=1", "-x", "--", "y");
    assertThat(request.apps().get(1).arguments()).containsExactly("z");
  }

  @Test
  void argumentsMayFollowFlags() {
    RunRequest request = line("a.com/x --user=1 -- y --- --group=2");

    assertThat(request.apps().get(0).arguments()).containsExactly("y");
    assertThat(request.apps().get(0).group()).contains("2");
  }

  @Test
  void emptyWordsAreSkipped() {
    RunRequest request = parse("", "a.com/x", "", "--", "", "y");

    assertThat(request.apps()).hasSize(1);
    assertThat(request.apps().get(0).arguments()).containsExactly("y");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-- x | an image is required before any app arguments",
        "a.com/x -- y --- -- z | only one set of app arguments allowed per image",
        "a.com/x --foo | unknown flag: --foo",
        "a.com/x --mount=volume=v,target=/d | dangling mount point \"/d\": volume \"v\" not found",
        "--mount=volume=v,target=/d a.com/x | dangling mount point \"/d\": volume \"v\" not found",
        "a.com/x --exec | flag needs an argument: --exec",
      })
  void mistakesOfTheGrammarAreReportedAsSuch(String words, String reason) {
    assertThatThrownBy(() -> line(words))
        .satisfies(
            e -> assertThat(reason(e)).isEqualTo("error parsing app image arguments: " + reason));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--exec=a --exec=b | --exec specified multiple times for the same image",
        "--signature=a --signature=b | --signature specified multiple times for the same image",
        "--caps-retain=CAP_KILL --caps-remove=CAP_KILL | error: cannot use both --caps-retain and"
            + " --caps-remove on the same image",
        "--caps-retain= | set must be non-empty",
        "--readonly-rootfs=x | --readonly-rootfs must be set with a boolean",
        "--mount=volume=v,target=/x,a=b | unknown mount parameter \"a\"",
        "--mount=volume=V,target=/x | invalid volume name \"V\" in --mount flag",
        "--mount=volume=v a.com/x | no target in --mount flag",
        "--supplementary-gids=1,x | --supplementary-gids must be integers",
        "--memory=4095 | memory limit of 4095 bytes too low. Try a reasonable value, such as"
            + " --memory=16M",
        "--cpu-shares=1 | --cpu-shares must be between 2 and 262144, not 1",
        "--oom-score-adj=1001 | --oom-score-adj must be between -1000 and 1000, not 1001",
        "--seccomp=mode=x,open | invalid seccomp mode command-line override",
        "--seccomp=open | invalid seccomp mode command-line override",
        "--seccomp=mode=retain,a=b,open | invalid seccomp command-line override",
        "--seccomp=mode=retain | set must be non-empty",
        "--environment=x | environment variable must be specified as name=value",
        "--user-label=x | --user-label must be specified as name=value",
        "--annotation=A=x | AC",
        "--stdin=log | invalid stdin mode \"log\"",
        "--stdout=x | invalid stdout mode \"x\"",
        "--stderr= | invalid stderr mode \"\"",
        "--volume=v | unrecognized volume kind: should be one of \"empty\", \"host\"",
      })
  void wrongValuesBehindAnImageAreRefused(String flags, String reason) {
    assertThatThrownBy(() -> line("a.com/x " + flags))
        .isInstanceOf(UsageException.class)
        .satisfies(
            e ->
                assertThat(reason(e))
                    .startsWith("error parsing app image arguments: invalid argument ")
                    .contains(reason));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exec",
        "user",
        "group",
        "name",
        "environment",
        "signature",
        "working-dir",
        "annotation",
        "readonly-rootfs",
        "supplementary-gids",
        "user-annotation",
        "user-label"
      })
  void flagsOfAnAppNeedAnImageBeforeThem(String flag) {
    assertThatThrownBy(() -> line("--" + flag + "=1 a.com/x"))
        .hasMessageStartingWith("invalid argument \"1\" for --" + flag + "=1: ")
        .hasMessageEndingWith("--" + flag + " must follow an image");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "v | unrecognized volume kind: should be one of \"empty\", \"host\"",
        "v,kind=x | unrecognized volume kind: should be one of \"empty\", \"host\"",
        "v,kind=host | source for host volume cannot be empty",
        "v,kind=host,source=x | source for host volume must be absolute path",
        "v,kind=host,source=/x,mode=0755 | mode for host volume cannot be set",
        "v,kind=host,source=/x,uid=1 | uid for host volume cannot be set",
        "v,kind=empty,source=/x | source for empty volume must be empty",
        "v,kind=empty,a=b | unknown volume parameter \"a\"",
        "v,kind=empty,x | malformed string \"v,kind=empty,x\" - has a label without a value: x",
        "v,kind=empty,kind=host | label kind with multiple values [empty host]",
        "v,kind=empty,mode=9 | invalid mode \"9\": not an octal number",
        "v,kind=empty,readOnly=x | strconv.ParseBool: parsing \"x\": invalid syntax",
        "V,kind=empty | ACName must",
      })
  void wrongVolumesAreRefused(String volume, String reason) {
    assertThatThrownBy(() -> line("--volume=" + volume + " a.com/x"))
        .hasMessageContaining("invalid value in --volume flag \"" + volume + "\": " + reason);
  }

  @Test
  void volumesHaveTheirDefaults() {
    RunRequest request =
        line(
            "--volume=a,kind=empty --volume=b,kind=host,source=/x+y%41,readOnly=true,recursive=f"
                + " a.com/x --mount=volume=a,target=/d%20e");

    Volume empty = request.pod().volumes().get(0);
    Volume host = request.pod().volumes().get(1);
    assertThat(empty.mode()).contains("0755");
    assertThat(empty.uid()).contains(0);
    assertThat(empty.readOnly()).isEmpty();
    assertThat(host.source()).contains("/x+y%41");
    assertThat(host.readOnly()).contains(true);
    assertThat(host.recursive()).contains(false);
    assertThat(request.apps().get(0).mounts().get(0).path()).isEqualTo("/d e");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x | \"x\" is not in name:[ip:]port format",
        "X:80 | \"X\" is not a valid port name",
        "x:y:80 | \"y\" is not a valid IP",
        "x:1.2.3.4:p | \"p\" is not a valid port number",
        "x:0 | \"0\" is not a valid port number",
        "x:65536 | \"65536\" is not a valid port number",
      })
  void wrongPortsAreRefused(String port, String reason) {
    assertThatThrownBy(() -> line("--port=" + port + " a.com/x")).hasMessageEndingWith(reason);
  }

  @Test
  void portsMayNameAnAddress() {
    RunRequest request = line("--port=a:80 --port=b:127.0.0.1:81 a.com/x");

    assertThat(request.pod().ports().get(0).hostPort()).isEqualTo(80);
    assertThat(request.pod().ports().get(0).hostIp()).isEmpty();
    assertThat(request.pod().ports().get(1).hostIp()).contains("127.0.0.1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--net=a,,b | netname must not be empty",
        "--net=a --net=a | found duplicate netname \"a\"",
        "--net=host:a=b | arguments are not supported by special netname \"host\"",
        "--net=all:a=b | arguments are not supported by special netname \"all\"",
        "--net=a:b:c | network \"a\" provided with invalid arguments: [b c]",
      })
  void wrongNetworksAreRefused(String flags, String reason) {
    assertThatThrownBy(() -> line(flags + " a.com/x")).hasMessageEndingWith(reason);
  }

  @Test
  void networksAccumulate() {
    assertThat(line("--net a.com/x").options().networks()).containsExactly("default");
    assertThat(line("--net=a,b:k=v;l=w --net=c a.com/x").options().networks())
        .containsExactly("a", "b:k=v;l=w", "c");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--store-only --no-store a.com/x | both --store-only and --no-store specified",
        "--port=a:80 --net=none a.com/x | --port flag does not work with 'none' networking",
        "--port=a:80 --net=host a.com/x | --port flag does not work with 'host' networking",
        "--mds-register --net=none a.com/x | --mds-register flag does not work with --net=none."
            + " Please use 'host', 'default' or an equivalent network",
        "--pod-manifest=p a.com/x | conflicting flags set with --pod-manifest (see --help)",
        "--pod-manifest=p --inherit-env | conflicting flags set with --pod-manifest (see --help)",
        "--pod-manifest=p --set-env=a=b | conflicting flags set with --pod-manifest (see --help)",
        "--pod-manifest=p --port=a:1 | conflicting flags set with --pod-manifest (see --help)",
        "--pod-manifest=p --pull-policy=never | conflicting flags set with --pod-manifest (see"
            + " --help)",
        "--pod-manifest=p --volume=v,kind=empty | conflicting flags set with --pod-manifest (see"
            + " --help)",
        "--interactive a.com/x b.com/y | interactive option only supports one image",
        "--debug | must provide at least one image or specify the pod manifest",
        "--ipc=x a.com/x | unknown value for --ipc parameter: x",
        "--dns=host --dns=1.2.3.4 a.com/x | no other --dns options allowed when --dns=host is"
            + " passed",
        "--dns=host --dns-opt=x a.com/x | Cannot call --dns-opt, --dns-search, or --dns-domain with"
            + " --dns=host",
        "--dns=x a.com/x | Invalid IP passed to --dns: x",
        "--hosts-entry=x a.com/x | Did not understand --hosts-entry x",
        "--hosts-entry=x=y a.com/x | Invalid IP passed to --hosts-entry: x",
        "--hosts-entry=host --hosts-entry=1.2.3.4=x a.com/x | cannot pass --hosts-entry=host with"
            + " multiple hosts-entries",
      })
  void conflictsAreRefused(String words, String reason) {
    assertThatThrownBy(() -> line(words)).hasMessage(reason);
  }

  @Test
  void earlierChecksComeFirst() {
    assertThatThrownBy(() -> line("--store-only --no-store --private-users --port=a:1 --net=none"))
        .hasMessage("both --store-only and --no-store specified");
    assertThatThrownBy(() -> line("--mds-register --port=a:1 --net=none"))
        .hasMessageStartingWith("--port");
  }

  @Test
  void deprecatedFlagsWorkAndWarn() {
    RunRequest request = line("--store-only a.com/x --cap-retain=CAP_KILL");

    assertThat(request.pullPolicy()).isEqualTo("never");
    assertThat(request.apps().get(0).capabilities().map(c -> c.retain())).contains(true);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "Flag --store-only has been deprecated, please use --pull-policy=never\n"
                + "Flag --cap-retain has been deprecated, please use --caps-retain\n");
  }

  @Test
  void resolverFlagsAreCollected() {
    RunRequest request =
        line(
            "--dns=1.1.1.1,::1 --dns=8.8.8.8 --dns-search=a --dns-opt=ndots:2 --dns-domain=d"
                + " --hosts-entry=1.2.3.4=x,1.2.3.4=y --hosts-entry=::2=z a.com/x");

    assertThat(request.options().names().dns()).isEqualTo(DnsMode.STAGE0);
    assertThat(request.options().names().servers()).containsExactly("1.1.1.1", "::1", "8.8.8.8");
    assertThat(request.options().names().hosts()).isEqualTo(HostsMode.STAGE0);
    assertThat(request.options().names().hostNames())
        .containsExactly(Map.entry("1.2.3.4", List.of("x", "y")), Map.entry("::2", List.of("z")));
  }

  @Test
  void resolverModesAreRead() {
    assertThat(line("--dns=host a.com/x").options().names().dns()).isEqualTo(DnsMode.HOST);
    assertThat(line("--dns=none a.com/x").options().names().dns()).isEqualTo(DnsMode.NONE);
    assertThat(line("--dns-search=a a.com/x").options().names().dns()).isEqualTo(DnsMode.STAGE0);
    assertThat(line("--hosts-entry=host --hosts-entry=host a.com/x").options().names().hosts())
        .isEqualTo(HostsMode.HOST);
  }

  @Test
  void everyFlagOfAnAppArrives() {
    AppRequest app =
        line("a.com/x --working-dir=/w --readonly-rootfs true --group=g"
                + " --supplementary-gids=1,2 --supplementary-gids=3 --annotation=k=v=w"
                + " --user-annotation=a=b --user-label=c=d --environment=E=1=2 --memory=16M"
                + " --cpu=500m --cpu-shares=2 --oom-score-adj=-5 --caps-remove=CAP_KILL,CAP_CHOWN"
                + " --seccomp=mode=remove,errno=EPERM,open,close")
            .apps()
            .get(0);

    assertThat(app.workingDirectory()).contains("/w");
    assertThat(app.readOnlyRootFs()).contains(true);
    assertThat(app.group()).contains("g");
    assertThat(app.supplementaryGids()).containsExactly(1, 2, 3);
    assertThat(app.annotations().get(0).value()).isEqualTo("v=w");
    assertThat(app.userAnnotations()).containsEntry("a", "b");
    assertThat(app.userLabels()).containsEntry("c", "d");
    assertThat(app.environment()).containsExactly(new EnvironmentVariable("E", "1=2"));
    assertThat(app.memory().map(Object::toString)).contains("16M");
    assertThat(app.cpu().map(Object::toString)).contains("500m");
    assertThat(app.cpuShares().map(shares -> shares.value())).contains(2);
    assertThat(app.oomScoreAdj().map(score -> score.value())).contains(-5);
    assertThat(app.capabilities().orElseThrow().set()).containsExactly("CAP_KILL", "CAP_CHOWN");
    assertThat(app.seccomp().orElseThrow().errno()).isEqualTo(Optional.of("EPERM"));
    assertThat(app.seccomp().orElseThrow().set()).containsExactly("open", "close");
  }

  @Test
  void variablesComeFromFlagsFilesAndTheCaller(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("env");
    Files.writeString(file, "# comment\n; too\n\nA=1\nB=x=y\n");

    RunRequest request =
        parse("--inherit-env", "--set-env=C=3", "--set-env-file=" + file, "a.com/x");

    assertThat(request.pod().fileEnvironment())
        .containsExactly(new EnvironmentVariable("A", "1"), new EnvironmentVariable("B", "x=y"));
    assertThat(request.pod().setEnvironment()).containsExactly(new EnvironmentVariable("C", "3"));
    assertThat(request.pod().parentEnvironment())
        .containsExactly(new EnvironmentVariable("PATH", "/bin"));
  }

  @Test
  void wrongVariablesAreRefused(@TempDir Path directory) throws IOException {
    Path bad = directory.resolve("bad");
    Files.writeString(bad, "A\n");
    Path twice = directory.resolve("twice");
    Files.writeString(twice, "A=1\nA=2\n");

    assertThatThrownBy(() -> parse("--set-env=x", "a.com/x"))
        .hasMessageEndingWith("must be specified as key=value");
    assertThatThrownBy(() -> parse("--set-env=x=1", "--set-env=x=2", "a.com/x"))
        .hasMessageEndingWith("key \"x\" already set");
    assertThatThrownBy(() -> parse("--set-env-file=" + bad, "a.com/x"))
        .hasMessageEndingWith(
            "environment variable must be specified as name=value (file \"" + bad + "\")");
    assertThatThrownBy(() -> parse("--set-env-file=" + twice, "a.com/x"))
        .hasMessageContaining("key \"A\" already set");
    assertThatThrownBy(() -> parse("--set-env-file=" + directory.resolve("none"), "a.com/x"))
        .hasMessageContaining("no such file or directory");
  }

  @ParameterizedTest
  @CsvSource({
    "rktj.io/stage1-nspawn, NSPAWN",
    "rktj.io/stage1-kvm:0.1.0, KVM",
    "rktj.io/stage1-fly, FLY",
    "coreos.com/rkt/stage1-coreos:1.30.0, NSPAWN",
    "coreos.com/rkt/stage1-kvm, KVM",
    "coreos.com/rkt/stage1-fly:1.25.0, FLY"
  })
  void ourFlavourIsChosenByOurNameOrRkts(String name, Flavour flavour) {
    assertThat(line("--stage1-name=" + name + " a.com/x").stage1().value()).isEqualTo(name);
    assertThat(Flavour.named(name)).contains(flavour);
  }

  @ParameterizedTest
  @ValueSource(strings = {"stage1-nspawn", "example.com/stage1-nspawn", "rktj.io/stage1-nspawnx"})
  void namesThatAnybodyCanChooseAreNotOurs(String name) {
    assertThat(Flavour.named(name)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--stage1-path=a --stage1-path=b | --stage1-path already used",
        "--stage1-path=a --stage1-url=b | flags --stage1-url and --stage1-path are mutually"
            + " exclusive",
      })
  void oneStage1IsEnough(String flags, String reason) {
    assertThatThrownBy(() -> line(flags + " a.com/x")).hasMessageEndingWith(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.2.3.4", "::", "::1", "fe80::1", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4"})
  void addressesAreRecognised(String text) {
    assertThat(Words.isIp(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1.2.3",
        "1.2.3.256",
        "1.2.3.4.5",
        ":",
        ":::",
        "1::2::3",
        "g::",
        "12345::",
        "1:2"
      })
  void otherTextIsNoAddress(String text) {
    assertThat(Words.isIp(text)).isFalse();
  }
}
