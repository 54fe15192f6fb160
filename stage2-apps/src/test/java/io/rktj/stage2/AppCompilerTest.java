// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rktj.linux.Kernel;
import io.rktj.spec.AcIdentifier;
import io.rktj.spec.AcName;
import io.rktj.spec.ImageId;
import io.rktj.spec.Labels;
import io.rktj.spec.manifest.App;
import io.rktj.spec.manifest.AppBuilder;
import io.rktj.spec.manifest.EnvironmentVariable;
import io.rktj.spec.manifest.EventHandler;
import io.rktj.spec.manifest.Isolator;
import io.rktj.spec.manifest.RuntimeApp;
import io.rktj.spec.manifest.RuntimeImage;
import io.rktj.stage1.AppSocket;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.plan.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AppCompilerTest {
  private static final AppFacts FACTS = new AppFacts(true, true, "", false, "", List.of(), false);

  @TempDir private Path tree;

  private final AppCompiler compiler = new AppCompiler(Kernel.host());

  @BeforeEach
  void makeTree() throws IOException {
    assumeTrue(
        System.getProperty("os.arch", "").matches("amd64|aarch64"), "needs a machine with numbers");
    Files.createDirectories(tree.resolve("etc"));
    Files.createDirectories(tree.resolve("bin"));
    write("etc/passwd", "root:x:0:0::/root:/bin/sh\ndaemon:x:1:2::/:/bin/sh\n1000:x:5:5::/:\n");
    write("etc/group", "root:x:0:\nstaff:x:50:\nhuge:x:4294967294:\nwrong:x:z:\n");
    write("bin/app", "#!/bin/sh\n");
    assertThat(tree.resolve("bin/app").toFile().setExecutable(true)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "root, 0",
    "0, 0",
    "1000, 1000",
    "daemon, 1",
    "4294967294, -2",
    "2147483648, -2147483648"
  })
  void resolvesUsers(String user, int uid) {
    assertThat(compile(app().user(user)).uid()).isEqualTo(uid);
  }

  @ParameterizedTest
  @CsvSource({"root, 0", "staff, 50", "huge, -2", "7, 7"})
  void resolvesGroups(String group, int gid) {
    assertThat(compile(app().group(group)).gid()).isEqualTo(gid);
  }

  @Test
  void takesTheOwnerOfAPathInsideTheRoot() throws IOException {
    Files.createSymbolicLink(tree.resolve("link"), Path.of("/etc/../etc"));

    int owner = (Integer) Files.getAttribute(tree.resolve("etc/passwd"), "unix:uid");

    assertThat(compile(app().user("/link/passwd")).uid()).isEqualTo(owner);
    assertFails(app().user("/no/such"), "failed to configure user \"/no/such\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "4294967295", "18446744073709551616"})
  void refusesNumbersThatAreNoUser(String user) {
    assertFails(app().user(user), "Invalid uid or gid");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0x0", "nobody", "dae", "daemon:x"})
  void refusesNamesThatTheImageDoesNotHave(String user) {
    assertFails(
        app().user(user),
        "failed to configure user \"" + user + "\": \"" + user + "\" user not found");
  }

  @Test
  void refusesAMalformedLine() {
    assertFails(app().group("wrong"), "the line of \"wrong\" is malformed");
  }

  @Test
  void neverOpensWhatIsNotARegularFile() throws Exception {
    Files.delete(tree.resolve("etc/passwd"));
    int made =
        new ProcessBuilder("mkfifo", tree.resolve("etc/passwd").toString()).start().waitFor();
    assumeTrue(made == 0, "needs mkfifo");

    assertFails(app().user("daemon"), "/etc/passwd is not a regular file");
  }

  @Test
  void linksOfAnImageStayInTheImage() throws IOException {
    Files.delete(tree.resolve("etc/passwd"));
    Files.createSymbolicLink(
        tree.resolve("etc/passwd"), Path.of("../../../../../../../../../etc/shells"));

    assertFails(app().user("daemon"), "\"daemon\" user not found");
  }

  @Test
  void dockerImagesMayLackTheGroupOfTheirUser() {
    AppFacts docker = new AppFacts(true, true, "", false, "", List.of(), true);

    assertThat(compiler.compile(prepared(app().user("daemon").group("daemon").build()), docker))
        .satisfies(plan -> assertThat(plan.gid()).isEqualTo(1));
    assertFails(app().user("daemon").group("daemon"), "failed to configure group \"daemon\"");
  }

  @Test
  void environmentHasDefaultsTheAppsOwnAndOurs() {
    AppFacts facts =
        new AppFacts(
            true,
            true,
            "xterm",
            true,
            "30000000",
            List.of(new AppSocket("www", 3, false, 80)),
            false);
    List<EnvironmentVariable> own =
        List.of(
            new EnvironmentVariable("HOME", "/srv"),
            new EnvironmentVariable("AC_APP_NAME", "forged"),
            new EnvironmentVariable("LISTEN_PID", "1"),
            new EnvironmentVariable("WATCHDOG_USEC", "1"),
            new EnvironmentVariable("X", "a\nb"));

    AppPlan plan = compiler.compile(prepared(app().environment(own).build()), facts);

    assertThat(plan.environment())
        .containsExactly(
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "SHELL=/bin/sh",
            "USER=root",
            "LOGNAME=root",
            "HOME=/srv",
            "X=a\nb",
            "TERM=xterm",
            "AC_APP_NAME=app",
            "NOTIFY_SOCKET=/run/systemd/notify",
            "WATCHDOG_USEC=30000000");
  }

  @Test
  void registeredPodsAppsAreToldWhereAndCannotSayOtherwise() {
    List<EnvironmentVariable> forged =
        List.of(
            new EnvironmentVariable("AC_METADATA_URL", "http://elsewhere/"),
            new EnvironmentVariable("A", "b"));
    List<AppPlan> plans = List.of(compile(app().environment(forged)));

    assertThat(PodApps.withMetadata(plans, "http://192.0.2.1:18112/t").get(0).environment())
        .endsWith("A=b", "AC_APP_NAME=app", "AC_METADATA_URL=http://192.0.2.1:18112/t")
        .doesNotContain("AC_METADATA_URL=http://elsewhere/");
    assertThat(PodApps.withMetadata(plans, "")).isSameAs(plans);
  }

  @Test
  void looksForABareNameInTheAppsOwnPath() {
    List<EnvironmentVariable> path = List.of(new EnvironmentVariable("PATH", "rel:/bin:"));

    AppPlan plan = compile(app().exec(List.of("app")).environment(path).workingDirectory("/srv"));

    assertThat(plan.searchPath()).containsExactly("/srv/rel", "/bin", "/srv");
    assertThat(plan.arguments()).containsExactly("app");
    assertFails(
        app().exec(List.of("nope")),
        "error looking up \"nope\": unable to find \"nope\" in \"/:/bin:/usr/bin\"");
  }

  @Test
  void refusesAnAppWithoutAProgram() {
    assertFails(app().exec(List.of()), "image \"example.com/app\" has an empty \"exec\"");
  }

  @Test
  void saysWhichCapabilitiesUndoTheSandbox() {
    compile(isolated(new Isolator.Capabilities(true, List.of("CAP_NET_ADMIN", "CAP_KILL"))));
    assertThat(compiler.warnings()).isEmpty();

    AppPlan plan =
        compile(
            isolated(
                new Isolator.Capabilities(
                    true, List.of("CAP_SYS_ADMIN", "CAP_KILL", "CAP_SYS_PTRACE"))));
    assertThat(compiler.warnings())
        .containsExactly(
            "warning: app \""
                + plan.name()
                + "\" keeps CAP_SYS_PTRACE CAP_SYS_ADMIN: it can take over the host");
  }

  @Test
  void capabilitiesAreTheDefaultLessOrInstead() {
    Isolator remove = new Isolator.Capabilities(false, List.of("CAP_CHOWN", "CAP_SYS_ADMIN"));
    Isolator retain = new Isolator.Capabilities(true, List.of("CAP_SYS_ADMIN"));

    assertThat(compile(app()).capabilities()).isEqualTo(0xa80425fbL);
    assertThat(Long.bitCount(compile(app()).capabilities())).isEqualTo(14);
    assertThat(compile(isolated(remove)).capabilities()).isEqualTo(0xa80425faL);
    assertThat(compile(isolated(retain)).capabilities()).isEqualTo(1L << 21);
    assertFails(isolated(retain, remove), "cannot have both");
    assertFails(
        isolated(new Isolator.Capabilities(true, List.of("CAP_ADMIN"))), "unknown capability");
  }

  @Test
  void insecureOptionsLiftRestrictions() {
    AppFacts insecure = new AppFacts(false, false, "", false, "", List.of(), false);

    AppPlan plan = compiler.compile(prepared(app().user("7").build()), insecure);

    assertThat(plan.capabilities()).isEqualTo(Capabilities.ALL);
    assertThat(plan.seccomp()).isEqualTo(Bytes.EMPTY);
    assertThat(plan.noNewPrivileges()).isFalse();
  }

  @Test
  void filteringForbidsNewPrivilegesToOthersThanRoot() {
    Isolator waived = new Isolator.Seccomp(true, List.of("@appc.io/all"), Optional.empty());

    assertThat(compile(app()).noNewPrivileges()).isFalse();
    assertThat(compile(app()).seccomp().length()).isGreaterThan(1000);
    assertThat(compile(app().user("7")).noNewPrivileges()).isTrue();
    assertThat(compile(isolated(waived).user("7")).noNewPrivileges()).isFalse();
    assertThat(compile(isolated(waived)).seccomp()).isEqualTo(Bytes.EMPTY);
    assertThat(compile(isolated(new Isolator.NoNewPrivileges(true))).noNewPrivileges()).isTrue();
  }

  @Test
  void handlersKeepTheirMoment() {
    List<EventHandler> handlers =
        List.of(
            new EventHandler(EventHandler.Event.PRE_START, List.of("/pre", "x")),
            new EventHandler(EventHandler.Event.POST_STOP, List.of("/post")));

    AppPlan plan = compile(app().eventHandlers(handlers));

    assertThat(plan.preStart()).containsExactly(List.of("/pre", "x"));
    assertThat(plan.postStop()).containsExactly(List.of("/post"));
    assertFails(
        app()
            .eventHandlers(List.of(new EventHandler(EventHandler.Event.PRE_START, List.of("pre")))),
        "must be an absolute path");
  }

  @Test
  void passesOnTheOutOfMemoryScore() {
    assertThat(compile(app()).oomScoreAdjust()).isEqualTo(Integer.MIN_VALUE);
    assertThat(compile(isolated(new Isolator.OomScoreAdj(300))).oomScoreAdjust()).isEqualTo(300);
  }

  private static AppBuilder app() {
    return new AppBuilder("root", "root").exec(List.of("/bin/app", "x"));
  }

  private static AppBuilder isolated(Isolator... isolators) {
    return app().isolators(List.of(isolators));
  }

  private AppPlan compile(AppBuilder app) {
    return compiler.compile(prepared(app.build()), FACTS);
  }

  private void assertFails(AppBuilder app, String message) {
    PreparedApp prepared = prepared(app.build());
    assertThatThrownBy(() -> compiler.compile(prepared, FACTS))
        .isInstanceOf(Stage1Exception.class)
        .hasMessageContaining(message);
  }

  private PreparedApp prepared(App app) {
    AcName name = new AcName("app");
    RuntimeImage image =
        new RuntimeImage(
            ImageId.parse("sha512-" + "0".repeat(128)),
            Optional.of(AcIdentifier.parse("example.com/app")),
            Labels.NONE);
    return new PreparedApp(
        new RuntimeApp(name, image, Optional.empty(), false, List.of(), List.of()),
        app,
        "example.com/app",
        Labels.NONE,
        List.of(),
        tree.toString(),
        "tree");
  }

  private void write(String file, String text) throws IOException {
    Files.write(tree.resolve(file), text.getBytes(StandardCharsets.UTF_8));
  }
}
