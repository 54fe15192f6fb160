// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.RktRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code rkt config} and the files it shows ({@code spec/rkt-cli.md} sections 4.14 and 5). */
class ConfigIT {
  private static final String NOTHING =
      "{\"stage0\":[{\"rktVersion\":\"v1\",\"rktKind\":\"paths\",\"data\":\"\","
          + "\"stage1-images\":\"\"},{\"rktVersion\":\"v1\",\"rktKind\":\"stage1\","
          + "\"name\":\"\",\"version\":\"\",\"location\":\"\"}]}\n";

  @TempDir Path temp;
  private RktRunner rkt;
  private Path system;
  private Path local;
  private Path user;

  @BeforeEach
  void prepare() {
    rkt = RktRunner.in(temp);
    system = temp.resolve("system");
    local = rkt.localConfig();
    user = temp.resolve("user");
  }

  /** Writes a file of a kind; apostrophes in {@code members} stand for quotes. */
  private static Path file(Path config, String name, String kind, String members)
      throws IOException {
    Path file = config.resolve(name);
    Files.createDirectories(file.getParent());
    String text = "{'rktKind':'" + kind + "','rktVersion':'v1'," + members + "}";
    return Files.writeString(file, text.replace('\'', '"'));
  }

  private String config() {
    return rkt.run("--user-config=" + user, "config", "--pretty-print=false").exits(0).stdout();
  }

  private void showsEntry(String entry) {
    assertThat(config()).contains("{\"rktVersion\":\"v1\"," + entry.replace('\'', '"') + "}");
  }

  @Test
  @Covers("cli-4.14-merged")
  void withoutFilesPathsAndStage1AreEmpty() {
    assertThat(config()).isEqualTo(NOTHING);
  }

  @Test
  @Covers({"cli-4.14-merged", "habit-config"})
  void isIndentedByTabsUnlessAskedOtherwise() {
    assertThat(rkt.run("config").exits(0).stdout())
        .isEqualTo(
            """
            {
            \t"stage0": [
            \t\t{
            \t\t\t"rktVersion": "v1",
            \t\t\t"rktKind": "paths",
            \t\t\t"data": "",
            \t\t\t"stage1-images": ""
            \t\t},
            \t\t{
            \t\t\t"rktVersion": "v1",
            \t\t\t"rktKind": "stage1",
            \t\t\t"name": "",
            \t\t\t"version": "",
            \t\t\t"location": ""
            \t\t}
            \t]
            }
            """);
    assertThat(rkt.run("config", "--pretty-print").stdout()).isEqualTo(rkt.run("config").stdout());
  }

  @Test
  @Covers("cli-4.14-merged")
  void eachDomainAndEachRegistryHasAnEntry() throws IOException {
    file(
        system,
        "auth.d/a.json",
        "auth",
        "'domains':['a.com','b.com:8080'],'type':'basic',"
            + "'credentials':{'user':'u','password':'p'}");
    file(
        system,
        "auth.d/b.json",
        "auth",
        "'domains':['c.com'],'type':'oauth','credentials':{'token':'t'}");
    file(
        system,
        "auth.d/c.json",
        "auth",
        "'domains':['d.com'],'type':'aws','credentials':"
            + "{'accessKeyID':'i','secretAccessKey':'s','awsRegion':'r'}");
    file(
        system,
        "auth.d/d.json",
        "dockerAuth",
        "'registries':['q.io'],'credentials':{'user':'u','password':'p'}");

    String basic = "'type':'basic','credentials':{'user':'u','password':'p'}";
    showsEntry("'rktKind':'auth','domains':['a.com']," + basic);
    showsEntry("'rktKind':'auth','domains':['b.com:8080']," + basic);
    showsEntry("'rktKind':'auth','domains':['c.com'],'type':'oauth','credentials':{'token':'t'}");
    showsEntry(
        "'rktKind':'auth','domains':['d.com'],'type':'aws','credentials':"
            + "{'accessKeyID':'i','secretAccessKey':'s','awsRegion':'r'}");
    showsEntry(
        "'rktKind':'dockerAuth','registries':['q.io'],'credentials':{'user':'u','password':'p'}");
  }

  @Test
  @Covers({"cli-5-order", "cli-1.3-config", "habit-config"})
  void laterDirectoriesOverrideDomainByDomain() throws IOException {
    String type = "'type':'oauth','credentials':{'token':'";
    file(system, "auth.d/a.json", "auth", "'domains':['a.com','b.com']," + type + "system'}");
    file(local, "auth.d/a.json", "auth", "'domains':['b.com','c.com']," + type + "local'}");
    file(user, "auth.d/a.json", "auth", "'domains':['c.com']," + type + "user'}");

    showsEntry("'rktKind':'auth','domains':['a.com']," + type + "system'}");
    showsEntry("'rktKind':'auth','domains':['b.com']," + type + "local'}");
    showsEntry("'rktKind':'auth','domains':['c.com']," + type + "user'}");
  }

  @Test
  @Covers("cli-5-order")
  void pathsAndStage1OverrideItemByItem() throws IOException {
    file(system, "paths.d/a.json", "paths", "'data':'/one','stage1-images':'/images'");
    file(local, "paths.d/a.json", "paths", "'data':'/two'");
    file(
        system,
        "stage1.d/a.json",
        "stage1",
        "'name':'example.com/s','version':'1','location':'/s.aci'");
    file(user, "stage1.d/a.json", "stage1", "'name':'example.com/t','version':'2'");

    showsEntry("'rktKind':'paths','data':'/two','stage1-images':'/images'");
    showsEntry("'rktKind':'stage1','name':'example.com/t','version':'2','location':'/s.aci'");
  }

  @Test
  @Covers("cli-1.3-dir")
  void dataDirectoryOfTheFlagBeatsThatOfTheFile() throws IOException {
    Path configured = temp.resolve("configured");
    file(local, "paths.d/a.json", "paths", "'data':'" + configured + "'");

    rkt.run("image", "list").exits(0);
    assertThat(configured).doesNotExist();
    assertThat(rkt.data()).isDirectory();

    rkt.bare("--local-config=" + local, "--system-config=" + system, "image", "list")
        .await(60)
        .exits(0);
    assertThat(configured.resolve("cas")).isDirectory();
  }

  @Test
  @Covers("cli-5-files")
  void onlyRegularFilesOfTheirDirectoryCount() throws IOException {
    file(local, "paths.d/a.txt", "paths", "'data':'/text'");
    Path below = file(local, "paths.d/sub/a.json", "paths", "'data':'/below'");
    Files.createSymbolicLink(local.resolve("paths.d/link.json"), below);

    assertThat(config()).isEqualTo(NOTHING);
  }

  @Test
  @Covers("cli-5-files")
  void everythingInItsPlaceMustBeADirectory() throws IOException {
    Files.writeString(local.resolve("auth.d"), "");

    rkt.run("config")
        .exits(254)
        .isTidy()
        .stderrHas("config: cannot get configuration: expected \"" + local + "/auth.d\" to be a")
        .stderrHas(" directory\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "auth.d | {'rktVersion':'v1'} | no rktKind specified in \"FILE\"",
        "auth.d | {'rktKind':'auth'} | no rktVersion specified in \"FILE\"",
        "auth.d | {'rktKind':'paths','rktVersion':'v1'} | the configuration directory \"DIR\""
            + " expects to have configuration files of kinds \"auth\", \"dockerAuth\", but"
            + " \"FILE\" has kind of \"paths\"",
        "paths.d | {'rktKind':'paths','rktVersion':'v2'} | no parser available for configuration"
            + " of kind \"paths\" and version \"v2\"",
        "paths.d | {'rktKind':'paths','rktVersion':'v1','data':'x'} | failed to parse \"FILE\":"
            + " data directory must be an absolute path",
        "paths.d | {'rktKind':'paths','rktVersion':'v1','stage1-images':'x'} | failed to parse"
            + " \"FILE\": stage1 images directory must be an absolute path",
        "stage1.d | {'rktKind':'stage1','rktVersion':'v1','location':'x'} | failed to parse"
            + " \"FILE\": invalid stage1 configuration: default stage1 image location is either a"
            + " relative path or a URL without scheme",
        "auth.d | {'rktKind':'auth','rktVersion':'v1','type':'basic'} | no domains specified",
        "auth.d | {'rktKind':'auth','rktVersion':'v1','domains':['a']} | no auth type specified",
        "auth.d | {'rktKind':'auth','rktVersion':'v1','domains':['a'],'type':'x'} | unknown auth"
            + " type: \"x\"",
        "auth.d | {'rktKind':'auth','rktVersion':'v1','domains':['a'],'type':'basic',"
            + "'credentials':{'password':'p'}} | user not specified",
        "auth.d | {'rktKind':'auth','rktVersion':'v1','domains':['a'],'type':'basic',"
            + "'credentials':{'user':'p'}} | password not specified",
        "auth.d | {'rktKind':'auth','rktVersion':'v1','domains':['a'],'type':'oauth',"
            + "'credentials':{}} | no oauth bearer token specified",
        "auth.d | {'rktKind':'auth','rktVersion':'v1','domains':['a','a'],'type':'oauth',"
            + "'credentials':{'token':'t'}} | auth for domain \"a\" is already specified",
        "auth.d | {'rktKind':'dockerAuth','rktVersion':'v1','registries':['a','a'],"
            + "'credentials':{'user':'u','password':'p'}} | auth for docker registry \"a\" is"
            + " already specified",
      })
  @Covers("cli-5-wrong")
  void wrongFilesAreRefusedWithTheReason(String directory, String text, String reason)
      throws IOException {
    Path place = Files.createDirectories(local.resolve(directory));
    Path file = place.resolve("wrong.json");
    Files.writeString(file, text.replace('\'', '"'));

    rkt.run("config")
        .exits(254)
        .isTidy()
        .stderrHas("config: cannot get configuration: ")
        .stderrHas(reason.replace("FILE", file.toString()).replace("DIR", place.toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"image list", "list", "fetch /x.aci", "image gc"})
  @Covers("cli-5-wrong-fails")
  void wrongFileOfThisHostFailsWhoeverNeedsIt(String words) throws IOException {
    file(local, "paths.d/a.json", "paths", "'data':'relative'");

    rkt.run(words.split(" ", -1)).exits(254).isTidy().stderrHas("cannot get configuration: ");
    rkt.run("version").exits(0);
  }

  @Test
  @Covers("cli-5-twice")
  void twoFilesOfADirectoryMaySayNothingTwice() throws IOException {
    file(local, "paths.d/a.json", "paths", "'data':'/one'");
    file(local, "paths.d/b.json", "paths", "'data':'/two'");

    rkt.run("config").exits(254).stderrHas("b.json\": data directory is already specified");
  }
}
