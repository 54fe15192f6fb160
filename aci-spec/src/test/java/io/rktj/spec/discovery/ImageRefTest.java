// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.Labels;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageRefTest {
  @TempDir private Path directory;

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "hash | sha512-0123456789ab | ByHash | sha512-0123456789ab",
        "name | example.com/app | ByName | example.com/app",
        "version | example.com/app:v1 | ByName | example.com/app,version=v1",
        "scheme-like | my-app:v1 | ByName | my-app,version=v1",
        "port-like | localhost:5000 | ByName | localhost,version=5000",
        "labels | a/b:v1,os=linux,x=y=z | ByName | a/b,version=v1,os=linux,x=y=z",
        "no-version | a/b:,os=linux | ByName | a/b,os=linux",
        "digits | 2048:v1 | ByName | 2048,version=v1",
        "absolute | /x/y.tar | AtFile | /x/y.tar",
        "dot | ./y | AtFile | @/./y",
        "suffix | y.aci | AtFile | @/y.aci",
        "existing | there | AtFile | @/there",
        "file-url | file:///x/a%20b.aci | AtFile | /x/a b.aci",
        "file-url-path | file:/x/a.aci?q | AtFile | /x/a.aci",
        "http | http://h/a.aci | AtUrl | http://h/a.aci",
        "https | https://h:1/a.aci?x=y#z | AtUrl | https://h:1/a.aci?x=y#z",
        "cimd-appc | cimd:appc:v=0:a/b?version=1%2B2&os=linux | ByName | a/b,version=1+2,os=linux",
        "cimd-archive | cimd:aci-archive:v=0:https%3A%2F%2Fh%2Fa.aci | AtUrl | https://h/a.aci",
        "docker | docker://busybox | AtRegistry | docker://busybox",
        "docker-short | docker:busybox:1 | AtRegistry | docker://busybox:1",
        "cimd-docker | cimd:docker:v=0:h.io%2Fa%3A1 | AtRegistry | docker://h.io/a:1",
        "cimd-file | cimd:aci-archive:v=0:file%3A%2F%2F%2Fa.aci | AtFile | /a.aci",
      })
  void sorts(String rule, String text, String type, String shown) throws IOException {
    Files.createFile(directory.resolve("there"));

    ImageRef ref = ImageRef.parse(text, directory, true);

    assertThat(ref.getClass().getSimpleName()).as(rule).isEqualTo(type);
    assertThat(ref).hasToString(shown.replace("@", directory.toString()));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "empty | `` | ACIdentifier cannot be empty",
        "short-hash | sha512-0123 | image ID too short",
        "two-colons | a:b:c | malformed app string - colon may appear at most once",
        "late-colon | a,b=c:d | malformed app string - colon may appear only right after the app name",
        "no-value | a,b | malformed string \"b\" - has a label without a value: b",
        "twice | a:1,version=2 | label version with multiple values",
        "label | a,B=c | ACIdentifier must contain only lower case",
        "label-name | a,name=b | invalid label name: \"name\"",
        "climbing | a/../b:v1 | ACIdentifier must not have an empty component",
        "http-name | http://h/a.tar | invalid image string \"http://h/a.tar\"",
        "http-host | http:///a.aci | invalid image string \"http:///a.aci\": bad URL: no host",
        "http-space | https://h/ a.aci | invalid image string",
        "file-name | file:///a.tar | invalid image string",
        "file-host | file://h/a.aci | invalid image string",
        "file-relative | file:a.aci | invalid image string",
        "file-escape | file:///%zz.aci | invalid URL escape",
        "docker | docker://Busybox | invalid docker image \"Busybox\"",
        "docker-empty | docker:// | invalid docker image \"\"",
        "cimd-type | cimd:x:v=0:y | invalid image string",
        "cimd-version | cimd:appc:v=1:y | invalid image string",
        "cimd-label | cimd:appc:v=0:y?z | malformed string \"z\" - has a label without a value: z",
      })
  void refuses(String rule, String text, String reason) {
    assertThatThrownBy(() -> ImageRef.parse(text, directory, true))
        .as(rule)
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith(reason);
  }

  @Test
  void takesHashForNameWhereHashesAreNotAllowed() {
    assertThat(ImageRef.parse("sha512-0123456789ab", directory, false))
        .isInstanceOf(ImageRef.ByName.class);
  }

  @Test
  void addsTheHostsPlatform() {
    Platform host = new Platform("linux", "aarch64");
    ImageRef.ByName name = new ImageRef.ByName(AcIdentifier.parse("a"), Labels.NONE);

    assertThat(name.runnableOn(host)).hasToString("a,os=linux,arch=aarch64");
    assertThatThrownBy(
            () ->
                new ImageRef.ByName(name.name(), Labels.NONE.with("os", "freebsd"))
                    .runnableOn(host))
        .hasMessage("bad os \"freebsd\" (must be one of: [linux])");
  }

  @Test
  void survivesAnyText() {
    Random random = new Random(20261123);
    String alphabet = "ab1:,=/.-%~?&#@+;sh\0\n\u00e9\ud800{}Z";
    long deadline = System.nanoTime() + 500_000_000L;
    while (System.nanoTime() < deadline) {
      StringBuilder text = new StringBuilder(random.nextInt(4) == 0 ? "cimd:appc:v=0:" : "");
      for (int i = random.nextInt(20); i > 0; i--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        assertThat(ImageRef.parse(text.toString(), directory, true)).isNotNull();
      } catch (MalformedException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
  }
}
