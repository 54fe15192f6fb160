// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands of {@code rkt image}, row by row ({@code spec/rkt-cli.md} section 4.17). */
@Needs(Requirement.ROOT)
class ImageCommandsIT {
  private static final String SUCCESS = "successfully removed aci for image: \"";

  @TempDir Path temp;
  private RktRunner rkt;
  private String id;

  @BeforeEach
  void fetchOne() {
    rkt = RktRunner.in(temp);
    id = fetch(TestImage.named("example.com/app").version("1.0").file("etc/value", "kept"));
  }

  private String fetch(TestImage image) {
    Path aci = image.write(temp.resolve("images"));
    return rkt.run(
            "--insecure-options=image", "fetch", "--full", "--pull-policy=new", aci.toString())
        .exits(0)
        .stdout()
        .strip();
  }

  private String list(String... flags) {
    return rkt.run(
            Stream.concat(Stream.of("image", "list"), Stream.of(flags)).toArray(String[]::new))
        .exits(0)
        .stdout();
  }

  private List<Path> trees() throws IOException {
    try (Stream<Path> trees = Files.list(rkt.data().resolve("cas/tree"))) {
      return trees.toList();
    }
  }

  private Path record() {
    return rkt.data().resolve("cas/image").resolve(id);
  }

  // image list

  @Test
  @Covers("cli-4.17-list")
  void listHasRktsColumns() {
    List<String> lines = list().lines().toList();

    assertThat(lines.get(0).split("\t+", -1))
        .containsExactly("ID", "NAME", "SIZE", "IMPORT TIME", "LAST USED");
    String[] cells = lines.get(1).split("\t+", -1);
    assertThat(cells[0]).isEqualTo(id.substring(0, "sha512-".length() + 12));
    assertThat(cells[1]).isEqualTo("example.com/app:1.0");
    assertThat(cells[2]).matches("[0-9.]+[KM]iB");
    assertThat(cells[3]).matches("now|[0-9]+ seconds? ago");
    assertThat(lines).hasSize(2);
  }

  @Test
  @Covers("cli-4.17-list-full")
  void fullListHasWholeIdsBytesAndTimes() {
    String[] cells = list("--full", "--no-legend").strip().split("\t+", -1);

    assertThat(cells[0]).isEqualTo(id).hasSize("sha512-".length() + 128);
    assertThat(Long.parseLong(cells[2])).isGreaterThan(1 << 20);
    assertThat(cells[3]).matches("20[0-9-]{8} [0-9:]{8}(\\.[0-9]{0,2}[1-9])? [+-][0-9]{4} [A-Z]+");
  }

  @Test
  @Covers("cli-4.17-list-size")
  void sizeIsThatOfTheTarAndOfTheTree() throws IOException {
    long with = Long.parseLong(list("--full", "--no-legend", "--fields=size").strip());
    rkt.run("image", "gc").exits(0);

    long without = Long.parseLong(list("--full", "--no-legend", "--fields=size").strip());

    assertThat(without).isEqualTo(Files.size(blob()));
    assertThat(with).isGreaterThan(without + Files.size(TestImage.busybox()));
  }

  private Path blob() {
    String hex = id.substring("sha512-".length());
    return rkt.data().resolve("cas/blob/sha512").resolve(hex.substring(0, 2)).resolve(id);
  }

  @Test
  @Covers("cli-4.17-list-fields")
  void fieldsAreThoseAskedForInTheirOrder() {
    assertThat(list("--fields=name,id", "--full"))
        .isEqualTo("NAME\t\t\tID\nexample.com/app:1.0\t" + id + "\n");
  }

  @ParameterizedTest
  @CsvSource({
    "name, asc, a b c",
    "name, desc, c b a",
    "size, asc, c a b",
    "size, desc, b a c",
    "importtime, asc, b a c",
    "'name,size', asc, a b c",
  })
  @Covers("cli-4.17-list-sort")
  void rowsAreSorted(String sort, String order, String expected) {
    rkt.run("image", "rm", id).exits(0);
    fetch(TestImage.named("b").file("big", "x".repeat(200_000)));
    fetch(TestImage.named("a").file("big", "x".repeat(100_000)));
    fetch(TestImage.named("c"));

    String names = list("--sort=" + sort, "--order=" + order, "--fields=name", "--no-legend");

    assertThat(names.replace(":1", "").strip().split("\n", -1))
        .containsExactly(expected.split(" ", -1));
  }

  @Test
  @Covers({"cli-4.17-list-sort", "cli-6.1-lastused"})
  void lastUseSortsAndIsRenewedByUse() {
    fetch(TestImage.named("second"));
    rkt.run("image", "export", "example.com/app", temp.resolve("out.aci").toString()).exits(0);

    assertThat(list("--sort=lastused", "--order=desc", "--fields=name", "--no-legend"))
        .isEqualTo("example.com/app:1.0\nsecond:1\n");
  }

  @ParameterizedTest
  @CsvSource({
    "--fields=id;x, unknown option \"x\"",
    "--fields=id;id, duplicated option \"id\"",
    "--sort=id, unknown option \"id\"",
    "--order=up, unknown option \"up\"",
    "--format=yaml, unknown format \"yaml\" (must be json or json-pretty)",
  })
  @Covers("cli-1-bad-value")
  void wrongFlagsOfListShowItsHelp(String flag, String reason) {
    String given = flag.replace(';', ',');
    String value = given.substring(given.indexOf('=') + 1);

    var result = rkt.run("image", "list", given).exits(254);

    assertThat(result.stderr())
        .isEqualTo(
            "Error: invalid argument \"" + value + "\" for " + given + ": " + reason + "\n\n");
    assertThat(result.stdout()).startsWith("NAME:\n\timage list - ");
  }

  @Test
  @Covers({"cli-4.17-list-json", "habit-json"})
  void jsonHasRktsMembers() {
    assertThat(list("--format=json").strip())
        .matches(
            "\\[\\{\"id\":\""
                + id
                + "\",\"name\":\"example.com/app:1.0\",\"import_time\":[0-9]{19},"
                + "\"last_used_time\":[0-9]{19},\"size\":[0-9]+}]");
    assertThat(list("--format=json-pretty")).startsWith("[\n\t{\n\t\t\"id\": \"" + id + "\",\n");
  }

  @Test
  @Covers("cli-4.17-list-json")
  void emptyStoreIsNullInJsonAndAHeadingElsewhere() {
    rkt.run("image", "rm", id).exits(0);

    assertThat(list("--format=json")).isEqualTo("null\n");
    assertThat(list()).isEqualTo("ID\tNAME\tSIZE\tIMPORT TIME\tLAST USED\n");
    assertThat(list("--no-legend")).isEmpty();
  }

  @Test
  @Covers("cli-4.17-list-broken")
  void unreadableRecordIsToldAndDoesNotFailTheList() throws IOException {
    fetch(TestImage.named("good"));
    Files.writeString(record(), "torn");

    var result = rkt.run("image", "list", "--fields=name", "--no-legend").exits(0).isTidy();

    assertThat(result.stdout()).isEqualTo("good:1\n");
    assertThat(result.stderr())
        .startsWith("list: 1 error(s) encountered when listing images:\n" + "-".repeat(40) + "\n")
        .contains(id)
        .endsWith("misc:\n  rkt's appc version: 0.8.11\n");
  }

  // image rm

  @ParameterizedTest
  @ValueSource(strings = {"example.com/app", "example.com/app:1.0", "example.com/app,version=1.0"})
  @Covers({"cli-4.17-rm", "cli-4.17-lookup"})
  void imagesAreRemovedByName(String name) {
    var result = rkt.run("image", "rm", name).exits(0);

    assertThat(result.stdout()).isEqualTo(SUCCESS + id + "\"\n");
    assertThat(result.stderr()).isEqualTo("rm: 1 image(s) successfully removed\n");
    assertThat(list("--no-legend")).isEmpty();
  }

  @Test
  @Covers({"cli-4.17-rm", "cli-4.17-lookup"})
  void imagesAreRemovedByTheBeginningOfTheirIds() {
    rkt.run("image", "rm", id.substring(0, 19)).exits(0).stdoutHas(SUCCESS + id);
  }

  @Test
  @Covers("cli-4.17-rm-unknown")
  void unknownImageIsToldAndDoesNotFail() {
    var result = rkt.run("image", "rm", "example.com/other", "example.com/app").exits(0);

    assertThat(result.stdout()).isEqualTo(SUCCESS + id + "\"\n");
    assertThat(result.stderr())
        .isEqualTo(
            "rm: cannot find aci satisfying name: \"example.com/other\" and labels: [] in the"
                + " local store\nrm: 1 image(s) successfully removed\n");
  }

  @Test
  @Covers("cli-4.17-rm-none")
  void somethingMustBeNamed() {
    var result = rkt.run("image", "rm").exits(254);

    assertThat(result.stderr()).isEqualTo("rm: must provide at least one image ID\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"id", "name"})
  void imageWithATornRecordIsRemoved(String by) throws IOException {
    Files.writeString(record(), "torn");

    rkt.run("image", "rm", by.equals("id") ? id.substring(0, 30) : "example.com/app")
        .exits(0)
        .stdoutHas(SUCCESS + id);

    assertThat(rkt.run("image", "list", "--no-legend").exits(0).stderr()).isEmpty();
    assertThat(Rkt.filesBelow(rkt.data().resolve("cas/blob"))).isEmpty();
    assertThat(Rkt.filesBelow(rkt.data().resolve("cas/name"))).isEmpty();
  }

  @Test
  void tornRecordAmongOthersOfItsNameIsToBeRemovedByItsId() throws IOException {
    fetch(TestImage.named("example.com/app").version("2.0"));
    Files.writeString(record(), "torn");

    rkt.run("image", "rm", "example.com/app")
        .exits(0)
        .stderrHas("cannot tell the images called \"example.com/app\" apart")
        .stderrHas("hint: remove the one that cannot be read by its ID");
  }

  // image gc

  @Test
  @Covers("cli-4.17-gc")
  void collectionRemovesTreesOfNoPodAndKeepsYoungImages() throws IOException {
    var result = rkt.run("image", "gc").exits(0);

    assertThat(result.stderr()).isEqualTo("gc: removed treestore \"" + id + "\"\n");
    assertThat(result.stdout()).isEmpty();
    assertThat(trees()).isEmpty();
    assertThat(list("--fields=name", "--no-legend")).isEqualTo("example.com/app:1.0\n");
  }

  @Test
  @Covers("cli-4.17-gc")
  void collectionRemovesImagesOlderThanItsGracePeriod() {
    var result = rkt.run("image", "gc", "--grace-period=0s").exits(0);

    assertThat(result.stdout()).isEqualTo(SUCCESS + id + "\"\n");
    assertThat(result.stderr()).endsWith("gc: 1 image(s) successfully removed\n");
    assertThat(list("--no-legend")).isEmpty();
  }

  @Test
  void collectionLeavesWhatItCannotReadAndSaysSo() throws IOException {
    Files.writeString(record(), "torn");

    rkt.run("image", "gc", "--grace-period=0s")
        .exits(0)
        .isTidy()
        .stderrHas("gc: 1 error(s) encountered when listing images:\n")
        .stderrHas(id);
    assertThat(record()).exists();
  }

  @Test
  @Needs(Requirement.PODS)
  @Covers("cli-4.17-gc")
  void collectionKeepsTheTreesOfPodsAndTheImagesOfRunningOnes() throws IOException {
    String running = fetch(TestImage.named("running").script("echo up; exec sleep 1000"));
    rkt.run("--insecure-options=image", "run", "--net=none", "example.com/app:1.0").exits(0);
    var pod = rkt.start("--insecure-options=image", "run", "--net=none", "running:1");
    try {
      pod.awaitStdout("up", 60);

      rkt.run("image", "gc", "--grace-period=0s").exits(0).stdoutHas(SUCCESS + id);

      assertThat(list("--fields=id", "--no-legend", "--full")).isEqualTo(running + "\n");
      assertThat(trees()).hasSize(2);
    } finally {
      pod.signal(15);
      pod.await(30);
    }
    rkt.run("gc", "--grace-period=0s").exits(0);
    rkt.run("image", "gc", "--grace-period=0s").exits(0).stdoutHas(SUCCESS + running);
    assertThat(trees()).isEmpty();
  }

  // image verify

  @Test
  @Covers("cli-4.17-verify")
  void verifyReadsEverythingAgain() {
    rkt.run("image", "verify", "example.com/app:1.0", id)
        .exits(0)
        .stdoutHas(
            "successfully verified checksum for image: \"example.com/app:1.0\" (\"" + id + "\")\n")
        .stdoutHas("for image: \"" + id + "\" (\"" + id + "\")\n");
  }

  @Test
  @Covers("cli-4.17-verify-none")
  void imageWithoutATreeNeedsNoVerification() {
    rkt.run("image", "gc").exits(0);

    assertThat(rkt.run("image", "verify", id).exits(0).stdout())
        .isEqualTo("image \"" + id + "\" not rendered; no verification needed\n");
  }

  @Test
  @Covers({"cli-4.17-verify-archive", "sec-1c-ids"})
  void changedArchiveIsNoticedWhoeverReadsIt() throws IOException {
    byte[] bytes = Files.readAllBytes(blob());
    bytes[bytes.length / 2] ^= 1;
    Files.write(blob(), bytes);
    Path out = temp.resolve("made");

    rkt.run("image", "verify", id).exits(254).isTidy().stderrHas("has changed on disk");
    for (String command : List.of("render", "extract", "export")) {
      rkt.run("image", command, id, out.toString())
          .exits(254)
          .isTidy()
          .stderrHas(command + ": image hash does not match expected");
      assertThat(temp.toFile().list()).doesNotContain("made").noneMatch(n -> n.startsWith(".rkt"));
    }
  }

  // image render, extract

  @ParameterizedTest
  @CsvSource({"render, rwx------", "extract, rw-r--r--"})
  @Covers({"cli-4.17-render", "cli-4.17-extract"})
  void filesAndManifestAreWritten(String command, String mode) throws IOException {
    Path out = temp.resolve("some/out");

    var result = rkt.run("image", command, "example.com/app", out.toString()).exits(0);

    assertThat(result.stdout() + result.stderr()).isEmpty();
    assertThat(out.toFile().list()).containsExactlyInAnyOrder("manifest", "rootfs");
    assertThat(out.resolve("rootfs/etc/value")).hasContent("kept");
    assertThat(Files.readSymbolicLink(out.resolve("rootfs/bin/sh"))).hasToString("busybox");
    assertThat(Files.getPosixFilePermissions(out.resolve("rootfs/bin/busybox")))
        .isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(Files.getAttribute(out.resolve("rootfs/tmp"), "unix:mode")).isEqualTo(041777);
    Path manifest = out.resolve("manifest");
    assertThat(manifest).content().contains("\"name\":\"example.com/app\"");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(manifest)))
        .isEqualTo(mode);
  }

  @ParameterizedTest
  @ValueSource(strings = {"render", "extract"})
  @Covers("cli-4.17-rootfs-only")
  void rootFileSystemAloneIsWritten(String command) {
    Path out = temp.resolve("made");

    rkt.run("image", command, "--rootfs-only", id, out.toString()).exits(0);

    assertThat(out.toFile().list()).contains("bin", "etc", "tmp").doesNotContain("manifest");
  }

  @ParameterizedTest
  @ValueSource(strings = {"render", "extract"})
  @Covers("cli-4.17-overwrite")
  void existingDirectoryIsReplacedOnlyOnDemand(String command) throws IOException {
    Path out = Files.createDirectory(temp.resolve("made"));
    Files.writeString(out.resolve("mine"), "old");

    var refused = rkt.run("image", command, id, out.toString()).exits(254);
    assertThat(refused.stderr())
        .isEqualTo(command + ": output directory exists (try --overwrite)\n");
    assertThat(out.resolve("mine")).exists();

    rkt.run("image", command, "--overwrite", id, out.toString()).exits(0);
    assertThat(out.toFile().list()).containsExactlyInAnyOrder("manifest", "rootfs");
    assertThat(temp.toFile().list()).noneMatch(name -> name.startsWith(".rkt"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"render", "extract"})
  @Covers("cli-4.17-overwrite-root")
  void whatMustNotBeReplacedIsRefused(String command) {
    rkt.run("image", command, "--overwrite", id, "/")
        .exits(254)
        .stderrHas("refusing to replace the root directory");
    rkt.run("image", command, "--overwrite", id, temp.toString())
        .exits(254)
        .stderrHas("the data directory lies in it");
    assertThat(rkt.data()).isDirectory();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"render x", "extract", "export a b c", "cat-manifest", "cat-manifest a b"})
  @Covers("cli-1-arguments")
  void wrongNumberOfArgumentsShowsTheHelp(String words) {
    String[] line = ("image " + words).split(" ", -1);

    var result = rkt.run(line).exits(254);

    assertThat(result.stdout()).startsWith("NAME:\n\timage " + line[1] + " - ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"render", "extract", "export"})
  @Covers("cli-4.17-lookup")
  void unknownImageIsRefusedBeforeAnythingIsWritten(String command) {
    rkt.run("image", command, "nothing", temp.resolve("made").toString())
        .exits(254)
        .stderrHas(
            command
                + ": cannot find aci satisfying name: \"nothing\" and labels: [] in the local"
                + " store");
    assertThat(temp.resolve("made")).doesNotExist();
  }

  @Test
  @Covers("cli-4.17-render")
  void dependenciesAreRenderedInTheirOrderAndThroughTheirWhitelists() throws IOException {
    fetchFamily();
    Path out = temp.resolve("made");

    rkt.run("image", "render", "--rootfs-only", "family/a", out.toString()).exits(0);

    Path etc = out.resolve("etc");
    for (String name : List.of("a", "b", "c", "d")) {
      assertThat(etc.resolve("of-" + name)).hasContent(name);
    }
    assertThat(etc.resolve("common")).hasContent("c"); // after d and b, before a
    assertThat(etc.resolve("secret-of-b")).doesNotExist();

    Path alone = temp.resolve("alone");
    rkt.run("image", "extract", "--rootfs-only", "family/a", alone.toString()).exits(0);
    assertThat(alone.resolve("etc/of-a")).exists();
    assertThat(alone.resolve("etc/of-b")).doesNotExist();

    // b by itself: extraction is not filtered, rendering is
    rkt.run("image", "extract", "family/b", temp.resolve("b1").toString()).exits(0);
    rkt.run("image", "render", "family/b", temp.resolve("b2").toString()).exits(0);
    assertThat(temp.resolve("b1/rootfs/etc/secret-of-b")).exists();
    assertThat(temp.resolve("b2/rootfs/etc/secret-of-b")).doesNotExist();
    assertThat(temp.resolve("b2/rootfs/etc/of-b")).exists();
  }

  @Test
  void whitelistOfTheTopHoldsForAllBeneath() {
    fetchFamily();
    fetch(
        TestImage.named("family/top")
            .manifest(
                "\"dependencies\":[{\"imageName\":\"family/a\"}],"
                    + "\"pathWhitelist\":[\"/etc\",\"/etc/of-d\",\"/etc/common\"]"));
    Path out = temp.resolve("made");

    rkt.run("image", "render", "--rootfs-only", "family/top", out.toString()).exits(0);

    assertThat(out.resolve("etc").toFile().list()).containsExactlyInAnyOrder("of-d", "common");
    assertThat(out.resolve("bin/busybox")).doesNotExist();
  }

  @Test
  @Needs(Requirement.PODS)
  void podSeesWhatWasRendered() {
    fetchFamily();

    var result =
        rkt.run(
            "--insecure-options=image",
            "run",
            "--net=none",
            "family/a:1",
            "--exec=/bin/sh",
            "--",
            "-c",
            "cd /etc; for f in common of-* secret*; do echo $f; done");

    assertThat(result.exits(0).lines("a"))
        .containsExactly("common", "of-a", "of-b", "of-c", "of-d", "secret*");
  }

  /** a needs b and c, c needs d; b keeps most of its files to itself. */
  private void fetchFamily() {
    fetch(member("d"));
    fetch(member("c").manifest("\"dependencies\":[{\"imageName\":\"family/d\"}]"));
    fetch(
        member("b")
            .file("etc/secret-of-b", "b")
            .manifest("\"pathWhitelist\":[\"/etc/of-b\",\"/etc/common\"]"));
    fetch(
        TestImage.named("family/a")
            .file("etc/of-a", "a")
            .manifest(
                "\"dependencies\":[{\"imageName\":\"family/b\"},{\"imageName\":\"family/c\"}]"));
  }

  private static TestImage member(String name) {
    return TestImage.named("family/" + name).file("etc/of-" + name, name).file("etc/common", name);
  }

  // image export, cat-manifest

  @Test
  @Covers("cli-4.17-export")
  void exportIsTheUncompressedArchive() throws Exception {
    Path out = temp.resolve("any.name");

    var result = rkt.run("image", "export", "example.com/app", out.toString()).exits(0);

    assertThat(result.stdout() + result.stderr()).isEmpty();
    byte[] digest = MessageDigest.getInstance("SHA-512").digest(Files.readAllBytes(out));
    assertThat("sha512-" + HexFormat.of().formatHex(digest)).isEqualTo(id);
    rkt.run("image", "rm", id).exits(0);
    Path renamed = Files.move(out, temp.resolve("again.aci"));
    assertThat(rkt.run("--insecure-options=image", "fetch", "--full", renamed.toString()).stdout())
        .isEqualTo(id + "\n");
  }

  @Test
  @Covers("cli-4.17-overwrite")
  void existingFileIsReplacedOnlyOnDemand() throws IOException {
    Path out = Files.writeString(temp.resolve("out.aci"), "mine");

    var refused = rkt.run("image", "export", id, out.toString()).exits(254);
    assertThat(refused.stderr()).isEqualTo("export: output ACI file exists (try --overwrite)\n");
    assertThat(out).hasContent("mine");

    rkt.run("image", "export", "--overwrite", id, out.toString()).exits(0);
    assertThat(Files.size(out)).isEqualTo(Files.size(blob()));
  }

  @Test
  void deviceIsWrittenToAndNotReplaced() throws IOException {
    rkt.run("image", "export", "--overwrite", id, "/dev/null").exits(0);

    assertThat(Files.getAttribute(Path.of("/dev/null"), "unix:rdev")).isEqualTo(0x103L);
  }

  @Test
  @Covers("cli-4.17-cat")
  void manifestIsPrintedIndentedOrNot() {
    String pretty = rkt.run("image", "cat-manifest", "example.com/app").exits(0).stdout();
    String compact = rkt.run("image", "cat-manifest", "--pretty-print=false", id).exits(0).stdout();

    assertThat(pretty).startsWith("{\n\t\"acKind\": \"ImageManifest\",\n").endsWith("}\n");
    String text = TestImage.named("example.com/app").version("1.0").manifestText();
    assertThat(compact).isEqualTo(text + "\n");
  }

  @Test
  @Covers("cli-1-no-root")
  void imagesNeedNoRootToBeLookedAt() {
    // what root stores is root's; whoever may not enter is told so, not sent away beforehand
    rkt.inside("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

    var result = rkt.run("image", "list").exits(254);

    assertThat(result.stderr()).doesNotContain("unprivileged user");
  }
}
