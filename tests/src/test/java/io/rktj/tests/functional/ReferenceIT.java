// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a word on the command line means as an image ({@code spec/rkt-cli.md} section 2). */
class ReferenceIT {
  @TempDir Path temp;
  private RktRunner rkt;

  @BeforeEach
  void makeFiles() throws IOException {
    rkt = RktRunner.in(temp);
    Path here = Files.createDirectories(temp.resolve("here/below"));
    Path aci = TestImage.named("example.com/a").write(temp.resolve("images"));
    for (String name : new String[] {"a.aci", "../a.aci", "../plain", "../two words.aci"}) {
      Files.copy(aci, here.resolve(name).normalize());
    }
    rkt.inside("sh", "-c", "cd " + temp.resolve("here") + " && exec \"$@\"", "sh");
  }

  private RktRunner.RktResult fetch(String reference) {
    return rkt.run(
        "--insecure-options=image",
        "fetch",
        "--pull-policy=never",
        reference
            .replace("HERE", temp.resolve("here").toString())
            .replace(
                "QUOTED",
                URLEncoder.encode("file://" + temp.resolve("here/a.aci"), StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.aci",
        "./a.aci",
        "plain",
        "HERE/plain",
        "below/a.aci",
        "below/../a.aci",
        "file://HERE/a.aci",
        "file://HERE/two%20words.aci",
        "cimd:aci-archive:v=0:QUOTED",
      })
  @Covers({"cli-2-file", "cli-2-cimd"})
  void filesAreRead(String reference) {
    assertThat(fetch(reference).exits(0).stdout()).startsWith("sha512-");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "none.aci | error opening ACI file: open HERE/none.aci: no such file or directory",
        "./none | error opening ACI file: open HERE/none: no such file or directory",
        "/none | error opening ACI file: open /none: no such file or directory",
        "none | unable to fetch image from image name \"none\"",
        "below/none | unable to fetch image from image name \"below/none\"",
        "my-app:v1 | unable to fetch image from image name \"my-app:v1\"",
        "example.com/b:1,arch=amd64 | unable to fetch image from image name \"example.com/b:1\"",
        "cimd:appc:v=0:example.com/b?version=1 | unable to fetch image from image name"
            + " \"example.com/b:1\"",
        "https://example.com/b.aci | unable to fetch image from URL \"https://example.com/b.aci\"",
        "http://example.com/b.aci | unable to fetch image from URL \"http://example.com/b.aci\"",
        "https://example.com/b | invalid image string \"https://example.com/b\"",
        "file://HERE/plain | invalid image string \"file://HERE/plain\"",
        "file://host/a.aci | invalid image string \"file://host/a.aci\"",
        "cimd:x:v=0:y | invalid image string \"cimd:x:v=0:y\"",
        "cimd:appc:v=1:y | invalid image string \"cimd:appc:v=1:y\"",
        "a:b:c | malformed app string - colon may appear at most once",
        "b,os=bsd | bad os \"bsd\" (must be one of: [linux])",
        "b,arch=vax | bad arch \"vax\" for OS (must be one of: [amd64 i386",
        "docker://busybox | unable to fetch docker image from URL \"docker://busybox\"",
        "docker:busybox:1 | unable to fetch docker image from URL \"docker://busybox:1\"",
        "cimd:docker:v=0:busybox | unable to fetch docker image from URL \"docker://busybox\"",
        "docker://Busybox | invalid docker image \"Busybox\"",
      })
  @Covers({"cli-2-file", "cli-2-url", "cli-2-name", "cli-2-labels", "cli-2-cimd"})
  void othersAreRefusedForWhatTheyAre(String reference, String reason) {
    var result = fetch(reference).exits(254).isTidy();

    assertThat(result.stderr())
        .contains("fetch: " + reason.replace("HERE", temp.resolve("here").toString()));
    assertThat(result.stdout()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sha512-0123456789ab | no image IDs found",
        "sha512-aa | image ID too short",
      })
  @Needs(Requirement.ROOT)
  @Covers("cli-2-id")
  void hashIsLookedForInTheStoreOnly(String reference, String reason) {
    rkt.run("run", "--net=none", reference).exits(254).isTidy().stderrHas("run: " + reason);
    rkt.run("image", "cat-manifest", reference).exits(254).stderrHas("cat-manifest: " + reason);
  }
}
