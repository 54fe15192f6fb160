// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.MalformedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kinds, messages and precedence of spec/rkt-cli.md section 5. */
class ConfigTest {
  private final Path directory;
  private int number;

  ConfigTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private Path write(String place, String content) throws IOException {
    Path file = directory.resolve(place);
    Files.createDirectories(directory.resolve(place.substring(0, place.lastIndexOf('/'))));
    return Files.writeString(file, content.replace('\'', '"'));
  }

  private void kind(String layer, String kind, String rest) throws IOException {
    String folder = kind.equals("dockerAuth") ? "auth" : kind.equals("machine") ? "stage1" : kind;
    write(
        layer + "/" + folder + ".d/" + number++ + ".json",
        "{'rktKind':'" + kind + "','rktVersion':'v1'," + rest + "}");
  }

  private Config load() {
    return Config.load(
        directory.resolve("system"),
        directory.resolve("local"),
        Optional.of(directory.resolve("user")));
  }

  private void fails(String reason) {
    assertThatThrownBy(this::load)
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("cannot get configuration: ")
        .hasMessageContaining(reason.replace('\'', '"'));
  }

  @Test
  void isEmptyWithoutDirectories() {
    assertThat(load()).isEqualTo(Config.empty());
    assertThat(Config.load(Path.of("/nonexistent"), Path.of("/nonexistent"), Optional.empty()))
        .isEqualTo(Config.empty());
  }

  @Test
  void readsCredentials() throws IOException {
    kind(
        "local",
        "auth",
        "'domains':['a','b:8443'],'type':'basic'," + "'credentials':{'user':'u','password':'p'}");
    kind("local", "auth", "'domains':['c'],'type':'oauth','credentials':{'token':'t'}");
    kind(
        "local",
        "auth",
        "'domains':['d'],'type':'aws',"
            + "'credentials':{'accessKeyID':'i','secretAccessKey':'s','awsRegion':'r'}");
    kind(
        "local",
        "dockerAuth",
        "'registries':['registry-1.docker.io']," + "'credentials':{'user':'u','password':'p'}");

    Config config = load();

    assertThat(config.auth())
        .containsExactly(
            Map.entry("a", new Credentials.Basic("u", "p")),
            Map.entry("b:8443", new Credentials.Basic("u", "p")),
            Map.entry("c", new Credentials.OAuth("t")),
            Map.entry("d", new Credentials.Aws("i", "s", Optional.of("r"))));
    assertThat(config.dockerAuth())
        .containsExactly(Map.entry("registry-1.docker.io", new Credentials.Basic("u", "p")));
    assertThat(config.toString()).doesNotContain("password=");
  }

  @Test
  void overridesItemByItem() throws IOException {
    kind("system", "auth", "'domains':['a','b'],'type':'oauth','credentials':{'token':'system'}");
    kind("local", "auth", "'domains':['b'],'type':'oauth','credentials':{'token':'local'}");
    kind("user", "auth", "'domains':['c'],'type':'oauth','credentials':{'token':'user'}");
    kind("system", "paths", "'data':'/system','stage1-images':'/images'");
    kind("local", "paths", "'data':'/local'");
    kind("system", "stage1", "'name':'a.example/s','version':'1','location':'/s.aci'");
    kind("user", "stage1", "'location':'https://a.example/s.aci'");
    kind("system", "machine", "'hypervisor':'kvm','kernel':'host','templates':'off'");
    kind("local", "machine", "'kernel':'/vmlinuz'");
    kind(
        "system",
        "fetch",
        "'resolve':{'a':'127.0.0.1','b':'127.0.0.2'},'certificateAuthorities':['/a.pem'],"
            + "'privateAddresses':'refuse'");
    kind("local", "fetch", "'resolve':{'b':'[::1]:8443'}");

    Config config = load();

    assertThat(config.auth())
        .containsExactly(
            Map.entry("a", new Credentials.OAuth("system")),
            Map.entry("b", new Credentials.OAuth("local")),
            Map.entry("c", new Credentials.OAuth("user")));
    assertThat(config.paths())
        .isEqualTo(new ConfiguredPaths(Optional.of("/local"), Optional.of("/images")));
    assertThat(config.stage1())
        .isEqualTo(
            new ConfiguredStage1(
                Optional.of("a.example/s"),
                Optional.of("1"),
                Optional.of("https://a.example/s.aci"),
                Optional.of("kvm"),
                Optional.of("/vmlinuz"),
                Optional.of("off")));
    assertThat(config.fetch())
        .isEqualTo(
            new FetchSettings(
                Map.of("a", "127.0.0.1", "b", "[::1]:8443"), List.of("/a.pem"), true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "auth|'type':'basic'|no domains specified",
        "auth|'domains':['a']|no auth type specified",
        "auth|'domains':['a'],'type':'x'|unknown auth type: 'x'",
        "auth|'domains':['a'],'type':'basic'|no credentials specified",
        "auth|'domains':['a'],'type':'basic','credentials':{'password':'p'}|user not specified",
        "auth|'domains':['a'],'type':'basic','credentials':{'user':'u'}|password not specified",
        "auth|'domains':['a'],'type':'oauth','credentials':{}|no oauth bearer token specified",
        "auth|'domains':['a'],'type':'oauth','credentials':{'token':'x\\ny'}|control character",
        "auth|'domains':['a'],'type':'aws','credentials':{}|no AWS Access Key ID specified",
        "auth|'domains':['a','a'],'type':'oauth','credentials':{'token':'t'}"
            + "|auth for domain 'a' is already specified",
        "auth|'domains':'a'|expected an array, found a string",
        "auth|'domains':['a'],'domains':['b']|is repeated",
        "dockerAuth|'credentials':{'user':'u','password':'p'}|no registries specified",
        "paths|'data':'relative'|data directory must be an absolute path",
        "paths|'stage1-images':'a'|stage1 images directory must be an absolute path",
        "stage1|'name':'a'|invalid stage1 configuration: default stage1 image name specified",
        "stage1|'version':'1'|invalid stage1 configuration: default stage1 image version",
        "stage1|'name':'A B','version':'1'|invalid stage1 configuration: ",
        "stage1|'location':'a/b.aci'|is either a relative path or a URL without scheme",
        "stage1|'location':'ftp://a/b.aci'|has invalid scheme 'ftp'",
        "fetch|'resolve':{'a':'b.example'}|'b.example' is not an IP address",
        "fetch|'resolve':{'a:x':'127.0.0.1'}|is neither a host nor HOST:PORT",
        "fetch|'resolve':{'a':'127.0.0.1:99999'}|is neither a host nor HOST:PORT",
        "fetch|'certificateAuthorities':['a']|must be absolute paths",
        "fetch|'privateAddresses':'yes'|'yes' is neither 'allow' nor 'refuse'",
        "fetch|'resolv':{}|unknown member 'resolv'",
      })
  void refusesMistakesInAFile(String kind, String rest, String reason) throws IOException {
    kind("local", kind, rest);

    fails("failed to parse '" + directory.resolve("local"));
    fails(reason);
  }

  @Test
  void refusesWhatNoMachineCanBeRunWith() throws IOException {
    kind("local", "machine", "'hypervisor':'xen'");
    fails("unknown hypervisor 'xen': auto, kvm or tcg are known");
    kind("user", "machine", "'kernel':'vmlinuz'");
    Files.delete(directory.resolve("local/stage1.d/0.json"));
    fails("kernel must be an absolute path, 'host' or 'package'");
  }

  @Test
  void refusesTheSameThingTwiceInOneDirectory() throws IOException {
    for (String[] row :
        new String[][] {
          {"paths", "'data':'/a'", "data directory is already specified"},
          {"paths", "'stage1-images':'/a'", "stage1 images directory is already specified"},
          {"stage1", "'location':'/a'", "location of a default stage1 image is already specified"},
          {
            "machine",
            "'hypervisor':'tcg'",
            "hypervisor, kernel or templates of machines is already"
          },
          {"stage1", "'name':'a','version':'1'", "name and version of a default stage1 image"},
          {"fetch", "'resolve':{'a':'127.0.0.1'}", "address of 'a' is already specified"},
          {"fetch", "'certificateAuthorities':['/a']", "authorities are already specified"},
          {"fetch", "'privateAddresses':'refuse'", "private addresses are already specified"},
          {
            "dockerAuth",
            "'registries':['a'],'credentials':{'user':'u','password':'p'}",
            "auth for docker registry 'a' is already specified"
          },
        }) {
      kind("local", row[0], row[1]);
      assertThat(load()).isNotEqualTo(Config.empty());
      kind("local", row[0], row[1]);
      fails(row[2]);
      try (var files = Files.walk(directory.resolve("local"))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  @Test
  void checksKindAndVersionFirst() throws IOException {
    Path file = write("local/paths.d/a.json", "{'rktVersion':'v1'}");
    fails("no rktKind specified in '" + file + "'");
    write("local/paths.d/a.json", "{'rktKind':'paths'}");
    fails("no rktVersion specified in '" + file + "'");
    write("local/paths.d/a.json", "{'rktKind':'paths','rktVersion':'v2'}");
    fails("no parser available for configuration of kind 'paths' and version 'v2'");
    write("local/paths.d/a.json", "{");
    fails("failed to parse '" + file + "'");
    Files.delete(file);
    file = write("local/auth.d/a.json", "{'rktKind':'paths','rktVersion':'v1'}");
    fails(
        "the configuration directory '"
            + directory.resolve("local/auth.d")
            + "' expects to have configuration files of kinds 'auth', 'dockerAuth', but '"
            + file
            + "' has kind of 'paths'");
  }

  @Test
  void readsOnlyRegularJsonFilesDirectlyInside() throws IOException {
    write("local/paths.d/a.txt", "no JSON");
    write("local/paths.d/below/a.json", "no JSON");
    write("other/a.json", "no JSON");
    Files.createSymbolicLink(
        directory.resolve("local/paths.d/link.json"), directory.resolve("other/a.json"));

    assertThat(load()).isEqualTo(Config.empty());
  }

  @Test
  void refusesFilesWhereDirectoriesBelong() throws IOException {
    Path file = write("local/paths.d", "x");
    fails("expected '" + file + "' to be a directory");
    Files.delete(file);
    Files.delete(directory.resolve("local"));
    file = Files.writeString(directory.resolve("local"), "x");
    fails("expected '" + file + "' to be a directory");
  }
}
