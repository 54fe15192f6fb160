// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.spec.Uuid;
import io.rktj.spec.json.ImageManifestJson;
import io.rktj.spec.json.JsonReader;
import io.rktj.spec.json.PodManifestJson;
import io.rktj.spec.manifest.Annotation;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.spec.manifest.RuntimeApp;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The appc specification's validation of an executor ({@code spec/appc.md} section 9), with images
 * of our own: two apps of one pod check what they find, share a volume, and keep what the metadata
 * service has told them, which is compared here.
 *
 * <pre>
 * prestart  marks /prestart                        before main, in the same root
 * main      environment, directory, volume, service; waits for the other; marks /main, /db/main
 * sidekick  marks /db/sidekick; waits for the other
 * poststop  marks /poststop                        after main, in the same root
 * </pre>
 */
@Needs(Requirement.NETWORK)
class ValidatorIT {
  private static final String MACHINE = "--stage1-name=rktj.io/stage1-kvm";
  private static final String MAIN = "ace-validator-main";
  private static final String SIDEKICK = "ace-validator-sidekick";

  /** Every check says what it wants if it fails; the mode fails if one of them did. */
  private static final String PROGRAM =
      """
      #!/bin/sh
      mode=$1
      failed=
      check() {
        what=$1
        shift
        "$@" || { failed=yes; echo "==> $mode: $what" >&2; }
      }
      absent() { [ ! -e "$1" ]; }
      await() {
        left=600
        while [ ! -e "$1" ] && [ $left -gt 0 ]; do sleep 0.1; left=$((left - 1)); done
        [ -e "$1" ]
      }
      # ask NAME CONTENT-TYPE PATH [FORM]: keeps the answer in /db/mds/NAME
      ask() {
        name=$1 type=$2 path=$3
        shift 3
        wget -S -q -O "/db/mds/$name" --header 'Metadata-Flavor: AppContainer' ${1:+--post-data "$1"} \\
          "$AC_METADATA_URL/acMetadata/v1/$path" 2>/db/mds/head && grep -q 'HTTP/1.1 200 ' /db/mds/head &&
          grep -i 'content-type:' /db/mds/head | head -n 1 | grep -q -i ": $type.\\{0,1\\}\\$"
      }
      escaped() { busybox sed 's/+/%2B/g; s,/,%2F,g; s/=/%3D/g'; }
      metadata() {
        json=application/json
        text='text/plain; charset=us-ascii'
        content='content=Old+MacDonald+Had+A+Farm'
        check 'AC_METADATA_URL is set' [ -n "$AC_METADATA_URL" ]
        mkdir /db/mds
        check 'pod manifest' ask manifest "$json" pod/manifest
        check 'pod uuid' ask uuid "$text" pod/uuid
        check 'pod annotations' ask annotations "$json" pod/annotations
        for app in ace-validator-main ace-validator-sidekick; do
          check "image manifest of $app" ask $app-manifest "$json" apps/$app/image/manifest
          check "image id of $app" ask $app-id "$text" apps/$app/image/id
          check "annotations of $app" ask $app-annotations "$json" apps/$app/annotations
        done
        check 'signature' ask signature "$text" pod/hmac/sign "$content"
        signature=$(escaped </db/mds/signature)
        check 'the signature verifies' ask verified "$text" pod/hmac/verify \\
          "$content&uuid=$(cat /db/mds/uuid)&signature=$signature"
      }
      case $mode in
        prestart)
          check '/prestart is absent' absent /prestart
          touch /prestart
          check '/main is absent' absent /main
          check '/poststop is absent' absent /poststop
          ;;
        main)
          check '/prestart exists' [ -e /prestart ]
          check '/main is absent' absent /main
          touch /main
          check '/poststop is absent' absent /poststop
          check 'PATH' [ "$PATH" = /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ]
          check 'working directory' [ "$(readlink /proc/self/cwd)" = /opt/acvalidator ]
          check 'IN_ACE_VALIDATOR' [ "$IN_ACE_VALIDATOR" = correct ]
          check '/db is mounted read-write' grep -q ' /db rw' /proc/self/mountinfo
          check 'AC_APP_NAME' [ "$AC_APP_NAME" = ace-validator-main ]
          metadata
          check '/db/sidekick comes' await /db/sidekick
          check '/db/main is absent' absent /db/main
          touch /db/main
          ;;
        sidekick)
          check '/db/sidekick is absent' absent /db/sidekick
          touch /db/sidekick
          check '/db/main comes' await /db/main
          ;;
        poststop)
          check '/prestart exists' [ -e /prestart ]
          check '/main exists' [ -e /main ]
          check '/poststop is absent' absent /poststop
          touch /poststop
          ;;
        *) exit 64 ;;
      esac
      [ -z "$failed" ] && { echo "$mode OK"; exit 0; }
      echo "$mode FAIL"
      exit 1
      """;

  private static final String ANNOTATIONS =
      "\"annotations\":[{\"name\":\"created\",\"value\":\"2026-11-26T00:00:00Z\"},"
          + "{\"name\":\"authors\",\"value\":\"The rktj people\"},"
          + "{\"name\":\"homepage\",\"value\":\"https://example.com/\"},"
          + "{\"name\":\"documentation\",\"value\":\"https://example.com/docs\"},"
          + "{\"name\":\"lorem\",\"value\":\"ipsum\"}]";
  private static final String MOUNT_POINT =
      "\"mountPoints\":[{\"name\":\"database\",\"path\":\"/db\",\"readOnly\":false}]";

  @TempDir Path temp;
  private TestHost host;
  private RktRunner rkt;
  private RktProcess service;

  @BeforeEach
  void serve() {
    host = new TestHost();
    rkt = host.rkt(temp).with("RKT_METADATA_SOCKET", temp.resolve("mds.sock").toString());
    service = rkt.start("metadata-service").awaitStderr("Metadata service running...", 90);
  }

  @AfterEach
  void endService() {
    service.signal(15);
    service.await(30).exits(0).isTidy();
    host.close();
  }

  private TestImage image(String name) {
    TestImage image = TestImage.named("example.com/" + name).version("0.8.11");
    image.directory("db");
    image.tar().program("rootfs/ace-validator", PROGRAM.getBytes(UTF_8));
    return image;
  }

  private Path main() {
    return image(MAIN)
        .exec("/ace-validator", "main")
        .directory("opt")
        .directory("opt/acvalidator")
        .app(
            "\"workingDirectory\":\"/opt/acvalidator\","
                + "\"environment\":[{\"name\":\"IN_ACE_VALIDATOR\",\"value\":\"correct\"}],"
                + "\"eventHandlers\":["
                + "{\"name\":\"pre-start\",\"exec\":[\"/ace-validator\",\"prestart\"]},"
                + "{\"name\":\"post-stop\",\"exec\":[\"/ace-validator\",\"poststop\"]}],"
                + "\"ports\":[{\"name\":\"www\",\"protocol\":\"tcp\",\"port\":80}],"
                + "\"isolators\":[{\"name\":\"resource/memory\",\"value\":{\"limit\":\"1G\"}}]")
        .app(MOUNT_POINT)
        .manifest(ANNOTATIONS)
        .write(temp.resolve("images"));
  }

  private Path sidekick() {
    return image(SIDEKICK)
        .exec("/ace-validator", "sidekick")
        .app(MOUNT_POINT)
        .write(temp.resolve("images"));
  }

  @Test
  void podsOfNameSpacesAreWhatTheSpecificationPromises() throws IOException {
    validate();
  }

  @Test
  @Needs(Requirement.MACHINES)
  void podsInMachinesAreWhatTheSpecificationPromises() throws IOException {
    Path shared = RktRunner.distribution().resolveSibling("machines");
    Files.createDirectories(shared);
    Files.createDirectories(rkt.data());
    Files.createSymbolicLink(rkt.data().resolve("kvm"), shared);
    if (!Files.isDirectory(shared.resolve("kernels"))) {
      Rkt.script(temp, "true", MACHINE).exits(0); // gets a kernel, where there is a network
    }
    validate(MACHINE);
  }

  private void validate(String... flags) throws IOException {
    Path database = Files.createDirectory(temp.resolve("database"));
    Path uuid = temp.resolve("uuid");
    List<String> line = new ArrayList<>(List.of("--insecure-options=image", "run"));
    line.addAll(List.of(flags));
    line.add("--mds-register");
    line.add("--uuid-file-save=" + uuid);
    line.add("--volume=database,kind=host,source=" + database);
    line.add(main().toString());
    line.add("--annotation=lorem=dolor");
    line.add("--annotation=extra=more");
    line.add(sidekick().toString());

    RktResult result = rkt.run(line.toArray(new String[0])).exits(0);

    assertThat(result.stdout() + result.stderr()).doesNotContain("==>").doesNotContain("FAIL");
    assertThat(result.stdout()).contains("prestart OK", "main OK", "sidekick OK", "poststop OK");
    compare(new Answers(database.resolve("mds")), Files.readString(uuid));
    rkt.run("gc", "--grace-period=0s").exits(0).isTidy();
  }

  /** What the service has told the app. */
  private record Answers(Path directory) {
    byte[] bytes(String name) throws IOException {
      return Files.readAllBytes(directory.resolve(name));
    }

    String text(String name) throws IOException {
      return new String(bytes(name), UTF_8);
    }
  }

  private static void compare(Answers answers, String uuid) throws IOException {
    PodManifest pod = PodManifestJson.read(answers.bytes("manifest"), "manifest");
    assertThat(Uuid.parse(answers.text("uuid")).toString()).isEqualTo(uuid);
    assertSame(answers.text("annotations"), list(pod.annotations()));
    assertThat(pod.apps()).extracting(app -> app.name().value()).containsExactly(MAIN, SIDEKICK);
    for (RuntimeApp app : pod.apps()) {
      String name = app.name().value();
      List<Annotation> image =
          ImageManifestJson.read(answers.bytes(name + "-manifest"), name).annotations();
      assertThat(answers.text(name + "-id")).isEqualTo(app.image().id().toString());
      Map<String, String> merged = new java.util.LinkedHashMap<>();
      image.forEach(a -> merged.put(a.name().value(), a.value()));
      app.annotations().forEach(a -> merged.put(a.name().value(), a.value()));
      StringBuilder expected = new StringBuilder();
      merged.forEach((key, value) -> expected.append(item(expected, key, value)));
      assertSame(answers.text(name + "-annotations"), "[" + expected + "]");
    }
    assertThat(answers.text(MAIN + "-annotations"))
        .contains("\"dolor\"")
        .contains("\"more\"")
        .doesNotContain("ipsum");
  }

  private static void assertSame(String answer, String expected) {
    assertThat(JsonReader.parse(answer, "answer"))
        .isEqualTo(JsonReader.parse(expected, "expected"));
  }

  private static String list(List<Annotation> annotations) {
    StringBuilder list = new StringBuilder();
    annotations.forEach(a -> list.append(item(list, a.name().value(), a.value())));
    return "[" + list + "]";
  }

  private static String item(StringBuilder before, String name, String value) {
    return (before.length() > 0 ? "," : "")
        + "{\"name\":"
        + TestImage.quote(name)
        + ",\"value\":"
        + TestImage.quote(value)
        + "}";
  }
}
