// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.actool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActoolTest {
  private static final String PLAIN =
      "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\"example.com/app\"}";
  private static final String POD =
      "{\"acKind\":\"PodManifest\",\"acVersion\":\"0.8.11\",\"apps\":[]}";

  @TempDir Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void makeLayout() throws IOException {
    Files.createDirectories(directory.resolve("layout/rootfs/bin"));
    Files.writeString(directory.resolve("layout/manifest"), PLAIN);
    Files.writeString(directory.resolve("layout/rootfs/bin/app"), "app");
  }

  @Test
  void buildsAndValidates() {
    assertThat(actool("build", path("layout"), path("x.aci"))).isZero();
    assertThat(actool("validate", path("layout"), path("x.aci"), path("layout/manifest"))).isZero();
    assertThat(text(out)).isEmpty();
    assertThat(text(err)).isEmpty();
  }

  @Test
  void saysWhatIsValidWithDebug() throws IOException {
    Files.writeString(directory.resolve("pod"), POD);

    assertThat(actool("--debug", "validate", path("layout"), path("pod"))).isZero();

    assertThat(text(err))
        .isEqualTo(
            path("layout") + ": valid image layout\n" + path("pod") + ": valid PodManifest\n");
  }

  @Test
  void keepsATargetThatExists() throws IOException {
    Files.writeString(directory.resolve("x.aci"), "old");

    assertThat(actool("build", path("layout"), path("x.aci"))).isEqualTo(1);
    assertThat(text(err)).isEqualTo("build: Target file exists (try --overwrite)\n");
    assertThat(directory.resolve("x.aci")).hasContent("old");

    assertThat(actool("build", "-overwrite", path("layout"), path("x.aci"))).isZero();
  }

  @Test
  void wantsTheExtension() {
    assertThat(actool("build", path("layout"), path("x.tar"))).isEqualTo(1);
    assertThat(text(err)).contains("Extension must be .aci");
  }

  @Test
  void refusesWhatIsInvalid() throws IOException {
    Files.write(directory.resolve("binary"), new byte[] {0, 1, 2});
    Files.writeString(directory.resolve("bad"), "{\"acKind\":\"ImageManifest\"}");

    assertThat(actool("validate", path("binary"), path("bad"), path("layout"))).isEqualTo(1);

    assertThat(text(err))
        .contains("unable to detect filetype (try --type)")
        .contains("name must be set");
    assertThat(actool("validate")).isEqualTo(1);
    assertThat(text(err)).endsWith("must pass one or more files\n");
  }

  @Test
  void onlyWarnsOfAnOldSpecification() throws IOException {
    // There is no lower major version than 0 yet: a higher one must be silent.
    Files.writeString(directory.resolve("layout/manifest"), PLAIN.replace("0.8.11", "1.0.0"));

    assertThat(actool("validate", path("layout"))).isZero();
    assertThat(text(err)).isEmpty();
  }

  @Test
  void printsTheManifestAsItIsOrPretty() {
    actool("build", path("layout"), path("x.aci"));

    assertThat(actool("cat-manifest", path("x.aci"))).isZero();
    assertThat(text(out)).isEqualTo(PLAIN);
    out.reset();

    assertThat(actool("cat-manifest", "--pretty-print", path("x.aci"))).isZero();
    assertThat(text(out)).startsWith("{\n    \"acKind\": \"ImageManifest\",\n");
  }

  @Test
  void patchesManifests() {
    actool("build", path("layout"), path("x.aci"));

    int status =
        actool(
            "patch-manifest",
            "--name=example.com/other",
            "--exec=/bin/app  x",
            "--user",
            "1",
            "--supplementary-groups=4,5",
            "--capability=CAP_KILL,CAP_CHOWN",
            "--mounts=db,path=/db:tmp,path=/tmp,readOnly=true",
            "--ports=www,protocol=tcp,port=80",
            "--isolators=resource/memory,limit=1G:os/linux/no-new-privileges,true",
            "--seccomp-mode=remove,errno=EPERM",
            "--seccomp-set=mount,umount",
            path("x.aci"),
            path("y.aci"));

    assertThat(text(err)).isEmpty();
    assertThat(status).isZero();
    actool("cat-manifest", path("y.aci"));
    assertThat(text(out))
        .contains("\"name\":\"example.com/other\"")
        .contains("\"exec\":[\"/bin/app\",\"\",\"x\"],\"user\":\"1\",\"group\":\"0\"")
        .contains("\"supplementaryGIDs\":[4,5]")
        .contains("{\"set\":[\"CAP_KILL\",\"CAP_CHOWN\"]}")
        .contains("{\"name\":\"tmp\",\"path\":\"/tmp\",\"readOnly\":true}")
        .contains("\"port\":80")
        .contains("\"limit\":\"1G\"")
        .contains("{\"set\":[\"mount\",\"umount\"],\"errno\":\"EPERM\"}");
  }

  @Test
  void replacesCapabilitiesInPlace() {
    actool("build", path("layout"), path("x.aci"));
    actool("patch-manifest", "--replace", "--exec=a", "--capability=CAP_KILL", path("x.aci"));

    int status =
        actool("patch-manifest", "--replace", "--revoke-capability=CAP_CHOWN", path("x.aci"));

    assertThat(status).isZero();
    actool("cat-manifest", path("x.aci"));
    assertThat(text(out)).contains("remove-set").contains("CAP_CHOWN").doesNotContain("CAP_KILL");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--user=1 | no app in the supplied manifest and no exec command provided",
        "--exec=a --isolators=os/linux/cpu-shares,9 | os/linux/cpu-shares is not supported for patching",
        "--exec=a --seccomp-set=mount | --seccomp-set needs --seccomp-mode",
        "--exec=a --capability=A --revoke-capability=B | cannot be used together",
        "--manifest=m --name=a | incompatible",
        "--replace --overwrite | cannot be used together",
      })
  void refusesPatchesThatMakeNoSense(String options, String reason) {
    actool("build", path("layout"), path("x.aci"));
    String[] words = ("patch-manifest " + options + " IN OUT").split(" ", -1);
    words[words.length - 2] = path("x.aci");
    words[words.length - 1] = path("y.aci");

    assertThat(actool(words)).isEqualTo(1);

    assertThat(text(err)).contains(reason);
    assertThat(directory.resolve("y.aci")).doesNotExist();
  }

  @Test
  void discoversImagesAndKeys() throws IOException {
    String page =
        "<html><head><meta name=\"ac-discovery\" content=\"localhost/app"
            + " https://example.com/{name}-{version}-{os}.{ext}\">"
            + "<meta name=\"ac-discovery-pubkeys\" content=\"localhost https://example.com/k\">"
            + "</head></html>";
    try (PlainServer server = new PlainServer("/app?ac-discovery=1", page)) {
      String port = "--port=" + server.port();
      assertThat(actool("discover", "--insecure", port, "localhost/app/x:1.0,os=linux")).isZero();

      assertThat(text(out))
          .isEqualTo(
              "discover endpoints walk: prefix: localhost/app/x error: expected a 200 OK got 404\n"
                  + "ACI: https://example.com/localhost/app/x-1.0-linux.aci,"
                  + " ASC: https://example.com/localhost/app/x-1.0-linux.aci.asc\n"
                  + "discover public keys walk: prefix: localhost/app/x"
                  + " error: expected a 200 OK got 404\n"
                  + "PublicKeys: https://example.com/k\n");
      out.reset();

      assertThat(actool("discover", "--json", "--insecure", port, "localhost/app")).isZero();
      assertThat(text(out))
          .startsWith("{\n    \"ACIEndpoints\": [\n        {\n            \"ACI\": \"https://");
    }
  }

  @Test
  void failsWhenNothingIsDiscovered() {
    assertThat(actool("discover", "--port=1", "localhost/app")).isEqualTo(1);
    assertThat(text(err)).contains("discovery failed");
  }

  @Test
  void helpsAndSaysItsVersion() {
    assertThat(actool("version")).isZero();
    assertThat(text(out)).isEqualTo("actool version 0.8.11\n");
    assertThat(actool()).isZero();
    assertThat(actool("--help")).isZero();
    assertThat(actool("help", "build")).isZero();
    assertThat(text(out)).contains("--owner-root").contains("patch-manifest");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nope | actool: unknown subcommand: \"nope\"",
        "--nope | flag provided but not defined: -nope",
        "build --nope | flag provided but not defined: -nope",
        "discover --port | flag needs an argument: -port",
        "build --overwrite=x | invalid boolean value",
      })
  void refusesMisuseWithStatusTwo(String words, String message) {
    assertThat(actool(words.split(" ", -1))).isEqualTo(2);
    assertThat(text(err)).contains(message).contains("Run 'actool help' for usage.");
  }

  private int actool(String... words) {
    Terminal terminal =
        new Terminal(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    return new Actool(terminal).run(List.of(words));
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  private static String text(ByteArrayOutputStream stream) {
    return stream.toString(UTF_8);
  }
}
