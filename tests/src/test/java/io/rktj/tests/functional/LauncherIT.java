// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher: from anywhere, through links, with any supported Java, quietly. */
class LauncherIT {
  @TempDir Path temp;

  private final Path rkt = RktRunner.distribution().resolve("bin/rkt");

  private record Ended(int status, String output) {}

  private static Ended run(Path directory, Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), output);
  }

  @Test
  void worksThroughALinkFromAnyDirectoryAndByName() throws IOException, InterruptedException {
    Path link = Files.createSymbolicLink(temp.resolve("rkt"), rkt);
    assertThat(run(Path.of("/"), Map.of(), link.toString(), "version"))
        .satisfies(ended -> assertThat(ended.status()).as(ended.output()).isZero())
        .satisfies(ended -> assertThat(ended.output()).startsWith("rkt Version: "));
    assertThat(run(rkt.resolveSibling("."), Map.of(), "./rkt", "version").status()).isZero();
    String path = temp + ":" + System.getenv("PATH");
    assertThat(run(temp, Map.of("PATH", path), "sh", "-c", "exec rkt version").status()).isZero();
  }

  @Test
  void refusesAWorkingDirectoryThatIsGone() throws IOException, InterruptedException {
    for (String command : List.of("list", "version")) {
      Path gone = Files.createDirectory(temp.resolve("gone"));
      Ended ended =
          run(
              gone,
              Map.of(),
              "sh",
              "-c",
              "rmdir \"$PWD\" && exec \"$0\" " + command,
              rkt.toString());
      assertThat(ended.status()).as(ended.output()).isEqualTo(254);
      assertThat(ended.output())
          .isEqualTo(
              "rkt: cannot find the working directory: No such file or directory\n"
                  + "hint: change to a directory that is there\n");
    }
  }

  @Test
  void everyJavaOfTheMachineRunsItWithoutAWordOfItsOwn() throws IOException, InterruptedException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> paths = Files.list(Path.of("/usr/lib/jvm"))) {
      for (Path path : paths.toList()) {
        if (Files.isExecutable(path.resolve("bin/java")) && !Files.isSymbolicLink(path)) {
          found.add(path.resolve("bin/java"));
        }
      }
    }
    assertThat(found).isNotEmpty();
    for (Path java : found) {
      for (int start = 0; start < 2; start++) {
        Ended ended = run(temp, Map.of("RKTJ_JAVA", java.toString()), rkt.toString(), "version");
        assertThat(ended.status()).as(java + ": " + ended.output()).isZero();
        assertThat(ended.output()).startsWith("rkt Version: ").doesNotContain("WARNING");
      }
      String data = "--dir=" + temp.resolve("data");
      Ended work =
          run(temp, Map.of("RKTJ_JAVA", java.toString()), rkt.toString(), data, "image", "list");
      assertThat(work.status()).as(java + ": " + work.output()).isZero();
      assertThat(work.output().lines()).hasSize(1).allMatch(line -> line.startsWith("ID"));
    }
  }

  @Test
  @Covers("sec-1b-environment")
  void callersJavaOptionsDoNotReachIt() throws IOException, InterruptedException {
    Ended ended =
        run(
            temp,
            Map.of("JAVA_TOOL_OPTIONS", "-Dx=y", "JDK_JAVA_OPTIONS", "-Dx=y"),
            rkt.toString(),
            "version");
    assertThat(ended.output()).startsWith("rkt Version: ");
  }

  @Test
  void copiedDistributionHealsItsArchive() throws IOException, InterruptedException {
    Ended copied =
        run(
            temp,
            Map.of(),
            "cp",
            "-a",
            RktRunner.distribution().toString(),
            temp.resolve("moved").toString());
    assertThat(copied.status()).isZero();
    Path moved = temp.resolve("moved/bin/rkt");
    assertThat(run(temp, Map.of(), moved.toString(), "version").status()).isZero();
    try (Stream<Path> archives = Files.list(temp.resolve("moved/lib/cds"))) {
      List<Path> homes =
          archives.filter(p -> p.getFileName().toString().endsWith(".home")).toList();
      assertThat(homes).isNotEmpty();
      assertThat(homes)
          .anySatisfy(
              home -> assertThat(home).hasContent(temp.resolve("moved").toRealPath().toString()));
    }
  }

  @Test
  @Needs(Requirement.ROOT)
  void archiveMadeByRootServesEverybody() throws IOException, InterruptedException {
    Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path copy = temp.resolve("rktj");
    run(temp, Map.of(), "cp", "-a", RktRunner.distribution().toString(), copy.toString());
    run(temp, Map.of(), "chmod", "-R", "go+rX", copy.toString());
    String rkt = copy.resolve("bin/rkt").toString();
    assertThat(run(temp, Map.of(), rkt, "version").status()).isZero();
    Ended ended =
        run(
            temp,
            Map.of("RKTJ_OPTIONS", "-Xlog:class+load:stdout"),
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            rkt,
            "version");
    assertThat(ended.status()).as(ended.output()).isZero();
    assertThat(ended.output().lines())
        .anyMatch(line -> line.contains("io.rktj.stage0.cli.Main source: shared objects file"));
  }

  @Test
  void noCommandSaysSoAndHelpGoesToStandardOutput() {
    RktResult result = RktRunner.in(temp).bare().await(60);
    result.exits(2).stderrHas("rkt: missing command").stdoutHas("USAGE:");
    RktRunner.in(temp)
        .bare("frobnicate")
        .await(60)
        .exits(254)
        .stderrHas("unknown command \"frobnicate\"");
    RktRunner.in(temp).bare("run", "--help").await(60).exits(0).stdoutHas("--net");
  }

  @Test
  void actoolBuildsTheSameBytesTwice() throws IOException, InterruptedException {
    Path layout = temp.resolve("layout");
    Files.createDirectories(layout.resolve("rootfs/bin"));
    Files.writeString(layout.resolve("rootfs/bin/x"), "x");
    Files.writeString(
        layout.resolve("manifest"),
        io.rktj.tests.kit.RawTar.manifestText("example.com/x", "1", "\"/bin/x\""));
    String actool = rkt.resolveSibling("actool").toString();
    for (String name : List.of("a.aci", "b.aci")) {
      Ended ended =
          run(temp, Map.of(), actool, "build", layout.toString(), temp.resolve(name).toString());
      assertThat(ended.status()).as(ended.output()).isZero();
    }
    assertThat(Files.mismatch(temp.resolve("a.aci"), temp.resolve("b.aci"))).isEqualTo(-1);
    assertThat(run(temp, Map.of(), actool, "validate", temp.resolve("a.aci").toString()).status())
        .isZero();
  }

  @Test
  void packedDistributionKnowsNothingOfWhenItWasPacked() throws IOException, InterruptedException {
    Path dist = RktRunner.distribution();
    List<Path> archives = new ArrayList<>(List.of(dist.resolve("stage1-images/stage1-nspawn.aci")));
    try (Stream<Path> files = Files.list(dist.resolveSibling("."))) {
      archives.addAll(files.filter(file -> file.toString().endsWith(".tar.gz")).toList());
    }
    assertThat(archives).hasSizeGreaterThan(1);
    for (Path archive : archives) {
      Ended list =
          run(
              temp,
              Map.of("TZ", "UTC", "LC_ALL", "C"),
              "tar",
              "tzvf",
              archive.toString(),
              "--full-time",
              "--numeric-owner");
      assertThat(list.output().lines().toList())
          .hasSizeGreaterThan(4)
          .filteredOn(line -> !line.endsWith(" manifest"))
          .allMatch(line -> line.contains(" 0/0 ") && line.contains(" 2026-11-23 00:00:00"));
    }
  }

  /** A copy of the distribution that may be changed, with nothing made for its place yet. */
  private Path copy() throws IOException, InterruptedException {
    Path copy = temp.resolve("copy");
    run(temp, Map.of(), "cp", "-a", RktRunner.distribution().toString(), copy.toString());
    run(temp, Map.of(), "rm", "-rf", copy.resolve("lib/cds").toString());
    return copy;
  }

  private static void startsWell(Path program, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    command.add("version");
    Ended ended = run(Path.of("/"), Map.of(), command.toArray(String[]::new));
    assertThat(ended.status()).as(ended.output()).isZero();
    assertThat(ended.output()).startsWith("rkt Version: ");
  }

  @Test
  void secondStartFollowsARecipeWithoutTheShell() throws IOException, InterruptedException {
    Path copy = copy();
    Path shell = copy.resolve("lib/launch");
    startsWell(copy.resolve("bin/rkt"));
    Files.setPosixFilePermissions(shell, PosixFilePermissions.fromString("rw-r--r--"));
    startsWell(copy.resolve("bin/rkt"));
    Ended other = run(temp, Map.of(), copy.resolve("bin/rkt").toString(), "help");
    assertThat(other.status()).isEqualTo(254);
    assertThat(other.output()).contains("cannot run \"" + shell);
  }

  @Test
  void recipeThatNoLongerHoldsIsWrittenAnew() throws IOException, InterruptedException {
    Path copy = copy();
    Path program = copy.resolve("bin/rkt");
    Path recipe = copy.resolve("lib/cds/recipe-version");
    startsWell(program);
    String first = Files.readString(recipe);
    Path left = Files.writeString(copy.resolve("lib/cds/recipe.4194305"), "of one that was killed");
    List<String> broken =
        List.of(
            "",
            "no recipe\n",
            first.substring(0, first.length() / 2),
            first + "C other/Main\n",
            first.replaceFirst("H .*", "H /elsewhere"),
            first.replaceFirst("V .*", "V /nowhere/libjvm.so"),
            first.replaceFirst("F [0-9]+", "F 1"),
            first + "X".repeat(40_000) + "\n");
    for (String text : broken) {
      Files.writeString(recipe, text);
      startsWell(program);
      assertThat(recipe).as("after %.40s", text).hasContent(first);
    }
    Files.setLastModifiedTime(copy.resolve("lib/start.classlist"), FileTime.from(Instant.now()));
    startsWell(program);
    assertThat(Files.readString(recipe)).isNotEqualTo(first);
    assertThat(left).doesNotExist();
  }

  @Test
  void shellLauncherWorksAloneAndTakesWhatTheNativeOneDoesNot()
      throws IOException, InterruptedException {
    Path dist = RktRunner.distribution();
    startsWell(dist.resolve("lib/launch"));
    startsWell(dist.resolve("bin/rkt"), "--dir=" + temp + "/\u00fcber");
  }

  @Test
  @Needs(Requirement.PODS)
  void readOnlyCopyWorksThroughALinkFromAnotherDirectory()
      throws IOException, InterruptedException {
    Path copy = temp.resolve("opt/rktj");
    Files.createDirectories(copy.getParent());
    run(temp, Map.of(), "cp", "-a", RktRunner.distribution().toString(), copy.toString());
    run(temp, Map.of(), "rm", "-rf", copy.resolve("lib/cds").toString());
    Path link = Files.createSymbolicLink(temp.resolve("rkt"), copy.resolve("bin/rkt"));
    Path aci = TestImage.named("example.com/app").script("echo from here").write(temp);
    String script =
        "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\" && cd / && ! touch \"$1/x\""
            + " && \"$2\" --dir=\"$3\" --insecure-options=image run --net=none \"$4\""
            + " && \"$2\" --dir=\"$3\" gc --grace-period=0s";
    for (int start = 0; start < 2; start++) {
      Ended ended =
          run(
              temp,
              Map.of("HOME", temp.resolve("home").toString()),
              "unshare",
              "--mount",
              "sh",
              "-c",
              script,
              "sh",
              copy.toString(),
              link.toString(),
              temp.resolve("data").toString(),
              aci.toString());
      assertThat(ended.status()).as(ended.output()).isZero();
      assertThat(ended.output()).contains("from here").doesNotContain("WARNING");
    }
  }
}
