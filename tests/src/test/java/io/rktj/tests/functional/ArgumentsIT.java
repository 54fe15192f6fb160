// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.RawTar;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code run} and {@code prepare} refuse to take, row by row of {@code spec/rkt-cli.md}
 * sections 3, 4.1 and 7; what is refused leaves no pod. {@code I} stands for an image of the store
 * that all rows share.
 */
@Needs(Requirement.PODS)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArgumentsIT {
  private Path temp;
  private RktRunner rkt;
  private String noAppId;

  @BeforeAll
  void fetchOne(@TempDir Path directory) throws IOException {
    temp = directory;
    rkt = RktRunner.in(temp);
    Files.writeString(temp.resolve("env"), "A=b\n");
    Path aci =
        TestImage.named("example.com/app")
            .app(
                "\"ports\":[{\"name\":\"web\",\"protocol\":\"tcp\",\"port\":80},"
                    + "{\"name\":\"dns\",\"protocol\":\"udp\",\"port\":53}]")
            .write(temp.resolve("images"));
    Path none =
        new RawTar()
            .directory("rootfs")
            .file(
                "manifest",
                "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\"no-app\"}")
            .writeGzip(temp.resolve("no-app.aci"));
    rkt.run("--insecure-options=image", "fetch", aci.toString(), none.toString()).exits(0);
    noAppId =
        rkt.run("image", "list", "--full", "--format=json")
            .exits(0)
            .stdout()
            .replaceAll("(?s).*\"id\":\"(sha512-[0-9a-f]+)\",\"name\":\"no-app\".*", "$1");
  }

  @AfterEach
  void thereIsNoPod() {
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
  }

  private RktResult refused(String words) {
    List<String> line = new ArrayList<>(List.of("--insecure-options=image"));
    for (String word : words.split(" ", -1)) {
      line.add(word.equals("I") ? "example.com/app" : word);
    }
    return rkt.run(line.toArray(new String[0])).exits(254).isTidy();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "-- x | an image is required before any app arguments",
        "I -- a --- -- b | only one set of app arguments allowed per image",
        "I --mount=volume=v,target=/v | dangling mount point \"/v\": volume \"v\" not found",
        "--mount=volume=v,target=/v I | dangling mount point \"/v\": volume \"v\" not found",
        "I --exec=/a --exec=/b | --exec specified multiple times for the same image",
        "I --signature=a --signature=b | --signature specified multiple times for the same image",
        "I --readonly-rootfs=x | --readonly-rootfs must be set with a boolean",
        "I --readonly-rootfs | flag needs an argument: --readonly-rootfs",
        "I --mount=x=1 | unknown mount parameter \"x\"",
        "I --mount=volume=Bad_,target=/x | invalid volume name \"Bad_\" in --mount flag"
            + " \"volume=Bad_,target=/x\": ",
        "I --supplementary-gids=1,x | --supplementary-gids must be integers",
        "I --memory=4095 | memory limit of 4095 bytes too low. Try a reasonable value, such as"
            + " --memory=16M",
        "I --memory=x | quantities must match the regular expression",
        "I --cpu=x | quantities must match the regular expression",
        "I --cpu-shares=1 | --cpu-shares must be between 2 and 262144, not 1",
        "I --cpu-shares=262145 | --cpu-shares must be between 2 and 262144, not 262145",
        "I --oom-score-adj=1001 | --oom-score-adj must be between -1000 and 1000, not 1001",
        "I --oom-score-adj=-1001 | --oom-score-adj must be between -1000 and 1000, not -1001",
        "I --caps-retain=CAP_CHOWN --caps-remove=CAP_KILL | error: cannot use both --caps-retain"
            + " and --caps-remove on the same image",
        "I --seccomp=mode=x | invalid seccomp mode command-line override",
        "I --seccomp=errno=EPERM,read | invalid seccomp mode command-line override",
        "I --seccomp=mode=retain,x=y | invalid seccomp command-line override",
        "I --seccomp=mode=retain | set must be non-empty",
        "I --name=Bad_ | ACName must contain only lower case alphanumeric characters plus",
        "I --annotation=Bad_=x | ACIdentifier must contain only lower case alphanumeric",
        "I --annotation=x | --annotation must be specified as name=value",
        "I --environment=x | environment variable must be specified as name=value",
        "I --user-label=x | --user-label must be specified as name=value",
      })
  @Covers({
    "cli-3-literal-wrong",
    "cli-3-dangling",
    "cli-3-twice",
    "cli-3.1-readonly-bool",
    "cli-3.1-mount-wrong",
    "cli-3.1-gids",
    "cli-3.1-memory-low",
    "cli-3.1-shares-range",
    "cli-3.1-caps-both",
    "cli-3.1-seccomp-wrong",
    "cli-3.1-name-wrong"
  })
  void argumentsOfAppsAreRefusedWithTheReason(String words, String reason) {
    assertThat(refused("prepare " + words).stderr())
        .startsWith("prepare: error parsing app image arguments: ")
        .contains(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"exec=/x", "name=x", "user=x", "memory=1M", "caps-retain=x", "environment=A=b"})
  @Covers("cli-3-must-follow")
  void flagsOfAppsFollowAnImage(String flag) {
    String name = "--" + flag.replaceFirst("=.*", "");
    assertThat(refused("run --" + flag + " I").stderr())
        .startsWith("Error: invalid argument ")
        .contains(": " + name + " must follow an image\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "v | unrecognized volume kind: should be one of \"empty\", \"host\"",
        "v,kind=x | unrecognized volume kind: should be one of \"empty\", \"host\"",
        "v,kind=host,source=x | source for host volume must be absolute path",
        "v,kind=host | source for host volume cannot be empty",
        "v,kind=host,source=/,readOnly=x | strconv.ParseBool: parsing \"x\": invalid syntax",
        "v,kind=host,source=/,recursive=x | strconv.ParseBool: parsing \"x\": invalid syntax",
        "v,kind=empty,mode=999 | invalid mode \"999\": not an octal number",
        "v,kind=empty,uid=x | strconv.ParseInt: parsing \"x\": invalid syntax",
        "v,kind=empty,gid=x | strconv.ParseInt: parsing \"x\": invalid syntax",
        "v,kind=empty,x=y | unknown volume parameter \"x\"",
      })
  @Covers("cli-3.2-wrong")
  void volumesAreRefusedWithTheReason(String value, String reason) {
    assertThat(refused("run --volume=" + value + " I").stderr())
        .startsWith(
            "Error: invalid argument \""
                + value
                + "\" for --volume="
                + value
                + ": invalid value in --volume flag \""
                + value
                + "\": "
                + reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--port=web | \"web\" is not in name:[ip:]port format",
        "--port=We_b:80 | \"We_b\" is not a valid port name",
        "--port=web:x:80 | \"x\" is not a valid IP",
        "--port=web:x | \"x\" is not a valid port number",
        "--port=web:65536 | \"65536\" is not a valid port number",
        "--port=web:0 | \"0\" is not a valid port number",
        "--net= | netname must not be empty",
        "--net=a,a | found duplicate netname \"a\"",
        "--net=a --net=a | found duplicate netname \"a\"",
        "--net=all:x=y | arguments are not supported by special netname \"all\"",
        "--net=host:x=y | arguments are not supported by special netname \"host\"",
        "--net=a:b:c | network \"a\" provided with invalid arguments: [b c]",
        "--set-env=A | must be specified as key=value",
        "--set-env=A=b --set-env=A=c | key \"A\" already set",
        "--set-env-file=/dev/zero | cannot read \"/dev/zero\": larger than 4 MiB",
        "--stage1-name=a --stage1-path=/b | flags --stage1-path and --stage1-name are mutually"
            + " exclusive",
        "--stage1-name=a --stage1-name=b | --stage1-name already used",
      })
  @Covers({"cli-3.3-port-form", "cli-3.4-net", "cli-4.1-set-env-wrong", "cli-7-flags-two"})
  void valuesOfTheirFlagsAreRefusedWithTheUsage(String flags, String reason) {
    RktResult result = refused("run " + flags + " I");
    String flag = flags.replaceFirst(".* ", "");
    assertThat(result.stderr())
        .isEqualTo(
            "Error: invalid argument \""
                + flag.replaceFirst("[^=]*=", "")
                + "\" for "
                + flag
                + ": "
                + reason
                + "\n\n");
    assertThat(result.stdout()).contains("USAGE:\n\trkt run ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "run | run: must provide at least one image or specify the pod manifest",
        "prepare | prepare: must provide at least one image or specify the pod manifest",
        "run --port=web:80 --net=none I | run: --port flag does not work with 'none' networking",
        "run --port=web:80 --net=host I | run: --port flag does not work with 'host' networking",
        "run --mds-register --net=none I | run: --mds-register flag does not work with"
            + " --net=none. Please use 'host', 'default' or an equivalent network",
        "run --interactive I I | run: interactive option only supports one image",
        "run --store-only --no-store --port=web:80 --net=none I | run: both --store-only and"
            + " --no-store specified",
        "run --port=web:80 --mds-register --net=none I | run: --port flag does not work with"
            + " 'none' networking",
        "run --mds-register --net=none --pod-manifest=/x I | run: --mds-register flag does not"
            + " work with --net=none.",
        "run --pod-manifest=/x --interactive I I | run: conflicting flags set with --pod-manifest"
            + " (see --help)",
        "run --interactive --net=none | run: must provide at least one image",
        "run --ipc=x --net=none I | run: unknown value for --ipc parameter: x",
        "prepare I I | prepare: error: multiple apps with name app",
        "prepare --port=none:80 I | prepare: port name \"none\" could not be found in any apps",
        "prepare --port=web:80 I --name=a I --name=b | prepare: port name \"web\" defined multiple"
            + " apps",
        "prepare --port=web:80 --port=web:80 I | prepare: port tcp-0.0.0.0:80 already mapped to"
            + " pod port 80",
        "prepare --port=web:127.0.0.1:80 --port=web:80 I | prepare: port tcp-0.0.0.0:80 already"
            + " mapped to pod port 80",
        "run --uuid-file-save=/none/x --net=none I | run: cannot write uuid file \"/none/x\": ",
        "run --net=none sha512-0123456789ab | run: no image IDs found",
      })
  @Covers({
    "cli-3.3-port-net",
    "cli-3.3-port-app",
    "cli-3.3-port-clash",
    "cli-3.1-name-wrong",
    "cli-4.1-conflicts",
    "cli-4.1-mds-none",
    "cli-2-id",
    "run-17-forward-wrong"
  })
  void contradictionsAreRefusedInRktsOrder(String words, String message) {
    // warnings about waived checks and old flags may come first
    assertThat("\n" + refused(words).stderr()).contains("\n" + message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "I",
        "--volume=v,kind=empty",
        "--mount=volume=v,target=/v",
        "--port=web:80",
        "--pull-policy=never",
        "--pull-policy=update",
        "--inherit-env",
        "--set-env=A=b",
        "--set-env-file=ENV"
      })
  @Covers("cli-4.1-manifest-conflicts")
  void manifestOfAPodExcludesWhatWouldChangeIt(String flag) {
    refused("run --pod-manifest=/none " + flag.replace("ENV", temp + "/env"))
        .stderrHas("run: conflicting flags set with --pod-manifest (see --help)\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--dns=host --dns=1.2.3.4 | no other --dns options allowed when --dns=host is passed",
        "--hostname=a\tb | invalid --hostname \"a\tb\": it holds a blank or a control character",
        "--dns=x | Invalid IP passed to --dns: x",
        "--dns=1.2.3.4,x | Invalid IP passed to --dns: x",
        "--dns=host --dns-search=x | Cannot call --dns-opt, --dns-search, or --dns-domain with"
            + " --dns=host",
        "--dns=host --dns-opt=x | Cannot call --dns-opt, --dns-search, or --dns-domain with"
            + " --dns=host",
        "--dns=host --dns-domain=x | Cannot call --dns-opt, --dns-search, or --dns-domain with"
            + " --dns=host",
        "--hosts-entry=x | Did not understand --hosts-entry x",
        "--hosts-entry=x=y | Invalid IP passed to --hosts-entry: x",
        "--hosts-entry=host --hosts-entry=1.2.3.4=x | cannot pass --hosts-entry=host with multiple"
            + " hosts-entries",
      })
  @Covers("cli-3.5-dns-wrong")
  void flagsOfNamesAreRefusedBeforeThereIsAPod(String flags, String message) {
    refused("run --net=none " + flags + " I").stderrHas("run: " + message + "\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | pod must contain at least one application",
        "[{\"name\":\"x\",\"image\":{\"id\":\"ID\"}}] | no app section in the pod manifest or the"
            + " image manifest",
      })
  @Covers("cli-4.1-manifest-apps")
  void manifestOfAPodNeedsAppsThatCanRun(String apps, String reason) throws IOException {
    Path file = temp.resolve("pod.json");
    Files.writeString(
        file,
        "{\"acKind\":\"PodManifest\",\"acVersion\":\"0.8.11\",\"apps\":"
            + apps.replace("ID", noAppId)
            + "}");
    refused("run --net=none --pod-manifest=" + file).stderrHas(reason);
  }

  @Test
  @Covers("cli-4.1-uuid-file-early")
  void uuidIsWrittenBeforeThePodIsPrepared() throws IOException {
    Path file = temp.resolve("early");
    refused("run --port=none:80 --uuid-file-save=" + file + " I")
        .stderrHas("could not be found in any apps");
    assertThat(Files.readString(file)).hasSize(36);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "app sandbox --port=x:y | --port invalid format",
        "app sandbox --port=x:foo:1:1.2.3.4:5 | invalid protocol \"foo\"",
        "app sandbox --net | flag needs an argument: --net",
        "app add 1 I --mnt-volume=v,kind=empty | missing target= parameter",
        "app add 1 I --cap-retain=CAP_KILL | unknown flag: --cap-retain",
        "run --stdin=tty I | --stdin must follow an application",
        "run I --stdin=x | invalid stdin mode \"x\"",
        "run I --stdout=x | invalid stdout mode \"x\"",
      })
  @Covers({"cli-3.3-port-sandbox", "cli-3.1-mnt-volume", "cli-3.1-stdio", "cli-3-must-follow"})
  void flagsOfMutablePodsAndStreamsAreRefusedWithTheReason(String words, String reason) {
    refused(words).stderrHas(reason);
  }

  @Test
  @Covers({"cli-4.1-policy", "cli-8-policy"})
  void unknownPolicyIsNewAndTheStoreIsAskedFirst() {
    String uuid =
        rkt.run("--insecure-options=image", "prepare", "--pull-policy=x", "example.com/app")
            .exits(0)
            .stdout()
            .strip();
    rkt.run("rm", uuid).exits(0);
  }
}
