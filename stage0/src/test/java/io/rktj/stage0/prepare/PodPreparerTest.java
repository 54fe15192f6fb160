// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.linux.Kernel;
import io.rktj.pod.LockedPod;
import io.rktj.pod.PodStore;
import io.rktj.spec.AcName;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Quantity;
import io.rktj.spec.SemVer;
import io.rktj.spec.discovery.ImageRef;
import io.rktj.spec.json.PodManifestJson;
import io.rktj.spec.manifest.App;
import io.rktj.spec.manifest.EnvironmentVariable;
import io.rktj.spec.manifest.ExposedPort;
import io.rktj.spec.manifest.Isolator;
import io.rktj.spec.manifest.Mount;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.spec.manifest.Volume;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.store.StoredImage;
import io.rktj.stage0.store.TestImage;
import io.rktj.stage0.store.TestStore;
import io.rktj.stage0.tree.ImageTree;
import io.rktj.stage0.tree.TreeStore;
import io.rktj.stage1.PreparedApp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules of spec/rkt-cli.md sections 3 and 4.1 on pod manifests, and the files of a pod. */
class PodPreparerTest {
  private static final String APP =
      """
      "app":{"exec":["/bin/app","-v"],"user":"0","group":"0",
       "environment":[{"name":"A","value":"image"},{"name":"B","value":"image"}],
       "isolators":[{"name":"resource/memory","value":{"limit":"1G"}},
         {"name":"os/linux/capabilities-retain-set","value":{"set":["CAP_KILL"]}}],
       "ports":[{"name":"www","protocol":"tcp","port":80}]}""";

  private final Kernel kernel = Kernel.host();
  private final TestStore.Listener listener = new TestStore.Listener();

  @TempDir Path directory;

  private ImageStore store;
  private PodPreparer preparer;
  private PodStore pods;
  private ImageTree image;

  @BeforeEach
  void openStore() {
    Path data = TestStore.dataIn(directory);
    store = TestStore.open(data, kernel);
    pods = new PodStore(kernel, data);
    TreeStore trees = TreeStore.open(store, kernel, listener);
    preparer = new PodPreparer(kernel, trees, SemVer.parse("0.8.11"), listener);
    image = add(TestImage.named("example.com/my_app").with(APP).file("bin/app", "#!"));
  }

  private ImageTree add(TestImage built) {
    StoredImage stored =
        TestStore.add(store, built.write(directory.resolve("image.aci")), TestStore.ANY);
    return new ImageTree(stored, List.of());
  }

  private static AppRequest.Builder request() {
    return AppRequest.builder(new ImageRef.AtFile(Path.of("/image.aci")));
  }

  private PodManifest manifest(PodOptions options, AppRequest... requests) {
    List<ImageTree> images = new ArrayList<>();
    for (int i = 0; i < requests.length; i++) {
      images.add(image);
    }
    return preparer.manifest(options, List.of(requests), images);
  }

  private App app(PodOptions options, AppRequest request) {
    return manifest(options, request).apps().get(0).app().orElseThrow();
  }

  private static PodOptions none() {
    return PodOptions.builder().build();
  }

  private static EnvironmentVariable variable(String text) {
    return EnvironmentVariable.parse(text);
  }

  @Test
  void takesTheImageAsItIs() {
    PodManifest manifest = manifest(none(), request().build());

    assertThat(manifest.apps().get(0).name()).isEqualTo(AcName.parse("my-app"));
    assertThat(manifest.apps().get(0).image().id()).isEqualTo(image.image().id());
    assertThat(manifest.apps().get(0).app()).isEqualTo(image.image().manifest().app());
    assertThat(PodManifestJson.write(manifest))
        .contains("{\"name\":\"coreos.com/rkt/stage1/mutable\",\"value\":\"false\"}");
  }

  @Test
  void appendsArgumentsAndReplacesTheProgram() {
    assertThat(app(none(), request().argument("x").build()).exec())
        .containsExactly("/bin/app", "-v", "x");
    assertThat(app(none(), request().exec("/bin/sh").argument("-c").build()).exec())
        .containsExactly("/bin/sh", "-c");
  }

  @Test
  void mergesTheEnvironmentFromWeakToStrong() {
    PodOptions options =
        PodOptions.builder()
            .parentEnvironment(variable("A=parent"))
            .parentEnvironment(variable("P=parent"))
            .fileEnvironment(variable("E=file"))
            .fileEnvironment(variable("F=file"))
            .setEnvironment(variable("F=set"))
            .build();

    App app =
        app(
            options,
            request().environment(variable("B=app")).environment(variable("E=app")).build());

    assertThat(app.environment())
        .containsExactly(
            variable("A=image"),
            variable("B=app"),
            variable("E=file"),
            variable("P=parent"),
            variable("F=set"));
  }

  @Test
  void appendsMemoryAndReplacesCapabilities() {
    Isolator.Capabilities none = new Isolator.Capabilities(false, List.of("CAP_CHOWN"));

    App app = app(none(), request().memory(Quantity.parse("16M")).capabilities(none).build());

    assertThat(app.isolators()).hasSize(3).contains(none);
    assertThat(app.isolators().get(1))
        .isEqualTo(
            new Isolator.Resource(
                "resource/memory",
                false,
                Optional.of(Quantity.parse("16M")),
                Optional.of(Quantity.parse("16M"))));
  }

  @Test
  void overridesIdentityAndDirectory() {
    App app =
        app(
            none(),
            request().user("1").group("2").supplementaryGid(3).workingDirectory("/srv").build());

    assertThat(app.user()).isEqualTo("1");
    assertThat(app.group()).isEqualTo("2");
    assertThat(app.supplementaryGids()).containsExactly(3);
    assertThat(app.workingDirectory()).contains("/srv");
  }

  @Test
  void refusesTwoAppsOfOneName() {
    assertThatThrownBy(() -> manifest(none(), request().build(), request().build()))
        .isInstanceOf(MalformedException.class)
        .hasMessage("error: multiple apps with name my-app");
    assertThat(
            manifest(none(), request().build(), request().name(AcName.parse("b")).build()).apps())
        .hasSize(2);
  }

  @Test
  void refusesAPodWithoutApps() {
    assertThatThrownBy(() -> manifest(none()))
        .hasMessage("pod must contain at least one application");
    assertThat(manifest(PodOptions.builder().mutable(true).build()).apps()).isEmpty();
  }

  @Test
  void refusesAMountWithoutItsVolume() {
    AppRequest request = request().mount(Mount.parse("volume=v,target=/data")).build();

    assertThatThrownBy(() -> manifest(none(), request))
        .hasMessage("dangling mount point \"/data\": volume \"v\" not found");
  }

  @Test
  void takesTheFirstMountOfAPathAndTheAppsOwnBeforeThePods() {
    PodOptions options =
        PodOptions.builder()
            .volume(Volume.parse("pod,kind=empty"))
            .volume(Volume.parse("app,kind=empty"))
            .mount(Mount.parse("volume=pod,target=/data"))
            .mount(Mount.parse("volume=pod,target=/other"))
            .build();

    PodManifest manifest =
        manifest(options, request().mount(Mount.parse("volume=app,target=/x/../data/")).build());

    assertThat(manifest.apps().get(0).mounts())
        .extracting(mount -> mount.volume() + " " + mount.path())
        .containsExactly("app /x/../data/", "pod /other");
  }

  @Test
  void checksPortsBeforeThereIsANetwork() {
    assertThatThrownBy(
            () ->
                manifest(
                    PodOptions.builder().port(ExposedPort.parse("ftp:2121")).build(),
                    request().build()))
        .hasMessage("port name \"ftp\" could not be found in any apps");
    PodOptions www = PodOptions.builder().port(ExposedPort.parse("www:8080")).build();
    assertThatThrownBy(
            () -> manifest(www, request().build(), request().name(AcName.parse("b")).build()))
        .hasMessage("port name \"www\" defined multiple apps");
    PodOptions twice =
        PodOptions.builder()
            .port(ExposedPort.parse("www:127.0.0.1:8080"))
            .port(ExposedPort.parse("www:8080"))
            .build();
    assertThatThrownBy(() -> manifest(twice, request().build()))
        .hasMessage("port tcp-0.0.0.0:8080 already mapped to pod port 80");
  }

  @Test
  void runsAProgramOfAnImageWithoutAnApp() {
    image = add(TestImage.named("example.com/files").file("bin/sh", "#!"));

    assertThat(app(none(), request().exec("/bin/sh").build()).user())
        .isEqualTo(Integer.toString(kernel.euid()));
    assertThatThrownBy(() -> manifest(none(), request().build()))
        .hasMessageEndingWith("has no app section, and no --exec is given");
  }

  @Test
  void writesAPodOverSharedTrees() throws IOException {
    try (LockedPod pod = pods.create()) {
      PreparedPod prepared =
          preparer.prepare(pod, none(), List.of(request().build()), List.of(image));

      PreparedApp app = prepared.apps().get(0);
      AcName name = AcName.parse("my-app");
      assertThat(PodManifestJson.read(Files.readAllBytes(pod.layout().manifest()), "pod"))
          .isEqualTo(prepared.manifest());
      assertThat(pod.layout().appInfoManifest(name))
          .hasBinaryContent(image.image().manifestBytes());
      assertThat(pod.layout().appTreeStoreId(name)).hasContent(app.treeId());
      assertThat(pod.layout().overlayPrepared()).exists();
      assertThat(pod.layout().created()).exists();
      assertThat(Path.of(app.treeRootfs(), "bin/app")).hasContent("#!");
      prepared.sync();
    }
  }

  @Test
  void writesAPodWithItsOwnCopiesThatMoveWithIt() {
    PodOptions options = PodOptions.builder().overlay(false).build();
    try (LockedPod pod = pods.create()) {
      PreparedPod prepared =
          preparer.prepare(pod, options, List.of(request().build()), List.of(image));
      pods.markRunning(pod);

      assertThat(pod.layout().overlayPrepared()).doesNotExist();
      assertThat(prepared.apps().get(0).treeRootfs())
          .isEqualTo(pod.layout().appRootfs(AcName.parse("my-app")).toString());
      assertThat(Path.of(prepared.apps().get(0).treeRootfs(), "bin/app")).hasContent("#!");
    }
  }

  @Test
  void keepsAManifestOfTheUsersOwnByteForByte() throws IOException {
    String json =
        "{ \"acVersion\":\"0.8.11\",\"acKind\":\"PodManifest\",\"apps\":[{\"name\":\"a\","
            + "\"image\":{\"id\":\""
            + image.image().id()
            + "\"}}]}\n";
    Path file = Files.writeString(directory.resolve("pod.json"), json);
    ManifestFile manifest = ManifestFile.read(kernel, file);

    try (LockedPod pod = pods.create()) {
      PreparedPod prepared = preparer.prepare(pod, none(), manifest, List.of(image));

      assertThat(pod.layout().manifest()).hasContent(json);
      assertThat(prepared.apps().get(0).app().exec()).containsExactly("/bin/app", "-v");
    }
  }
}
