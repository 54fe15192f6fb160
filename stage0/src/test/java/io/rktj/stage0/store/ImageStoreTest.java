// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.PodException;
import io.rktj.linux.Kernel;
import io.rktj.spec.AcIdentifier;
import io.rktj.spec.ImageId;
import io.rktj.spec.Labels;
import io.rktj.spec.MalformedException;
import io.rktj.stage0.trust.WaivedOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageStoreTest {
  private static final AcIdentifier NAME = AcIdentifier.parse("example.com/app");

  private final Kernel kernel = Kernel.host();

  @TempDir Path directory;

  private Path data;
  private ImageStore store;

  @BeforeEach
  void openStore() {
    data = TestStore.dataIn(directory);
    store = TestStore.open(data, kernel);
  }

  private Path image(String file, String version, String content) {
    return TestImage.named(NAME.value())
        .version(version)
        .file("greeting", content)
        .write(directory.resolve(file));
  }

  private static Labels version(String version) {
    return Labels.NONE.with("version", version);
  }

  @Test
  void findsAnImageByIdNameAndPlace() {
    Path file = image("a.aci", "1.0.0", "hello");

    StoredImage added = TestStore.add(store, file, TestStore.ANY);

    ImageStore fresh = TestStore.open(data, kernel);
    assertThat(fresh.byId(added.id()).orElseThrow().name()).isEqualTo(NAME);
    assertThat(fresh.byName(NAME, version("1.0.0"), true).orElseThrow().id()).isEqualTo(added.id());
    assertThat(fresh.byName(NAME, version("2.0.0"), true)).isEmpty();
    assertThat(fresh.remote(file.toAbsolutePath().toString()).orElseThrow().id())
        .isEqualTo(added.id());
    assertThat(fresh.idsWithPrefix(added.id().hex().substring(0, 12))).containsExactly(added.id());
    assertThat(fresh.verifies(added)).isTrue();
    assertThat(added.nameWithVersion()).isEqualTo("example.com/app:1.0.0");
    assertThat(new String(added.manifestBytes(), UTF_8))
        .startsWith("{\"acKind\":\"ImageManifest\"");
  }

  @Test
  void keepsOneCopyOfAnImageThatComesTwice() {
    StoredImage one = TestStore.add(store, image("a.aci", "1.0.0", "hello"), TestStore.ANY);
    List<String> files = TestStore.filesIn(data);

    StoredImage other = TestStore.add(store, image("a.aci", "1.0.0", "hello"), TestStore.ANY);

    assertThat(other.id()).isEqualTo(one.id());
    assertThat(TestStore.filesIn(data)).isEqualTo(files);
  }

  @Test
  void refusesAnotherNameAndKeepsNothing() {
    Path file = image("a.aci", "1.0.0", "hello");
    Requested wanted = Requested.named(AcIdentifier.parse("example.com/other"), Labels.NONE);

    assertThatThrownBy(() -> TestStore.add(store, file, TestStore.wish(wanted, false)))
        .isInstanceOf(MalformedException.class)
        .hasMessage(
            "error when reading the app name: \"example.com/other\" expected but"
                + " \"example.com/app\" found");
    assertThat(TestStore.filesIn(data)).isEmpty();
  }

  @Test
  void refusesAnotherValueOfARequestedLabel() {
    Path file = image("a.aci", "1.0.0", "hello");
    Requested wanted = Requested.named(NAME, version("2.0.0"));

    assertThatThrownBy(() -> TestStore.add(store, file, TestStore.wish(wanted, false)))
        .hasMessage(
            "requested value for label \"version\": \"2.0.0\" differs from fetched aci label"
                + " value: \"1.0.0\"");
  }

  @Test
  void refusesAnImageWithoutARequestedLabel() {
    Path file = image("a.aci", "1.0.0", "hello");
    Requested wanted = Requested.named(NAME, Labels.NONE.with("channel", "beta"));

    assertThatThrownBy(() -> TestStore.add(store, file, TestStore.wish(wanted, false)))
        .hasMessage("requested label \"channel\" not provided by the image manifest");
  }

  @Test
  void refusesAnImageOfAnotherHashThanADependencyNames() {
    Path file = image("a.aci", "1.0.0", "hello");
    ImageId other = new ImageId("a".repeat(128));
    Requested wanted = new Requested(Optional.of(NAME), Labels.NONE, Optional.of(other));

    assertThatThrownBy(() -> TestStore.add(store, file, TestStore.wish(wanted, false)))
        .hasMessageStartingWith("image hash does not match expected (sha512-");
    assertThat(TestStore.filesIn(data)).isEmpty();
  }

  @Test
  void refusesABrokenArchiveAndKeepsNothing() throws IOException {
    byte[] whole = Files.readAllBytes(image("a.aci", "1.0.0", "hello"));
    whole[whole.length / 2] ^= 1;
    Path broken = Files.write(directory.resolve("broken.aci"), whole);

    assertThatThrownBy(() -> TestStore.add(store, broken, TestStore.ANY))
        .isInstanceOf(PodException.class);
    assertThat(TestStore.filesIn(data)).isEmpty();
  }

  @Test
  void refusesANameTooLongForAFileAndKeepsNothing() {
    Path file = TestImage.named("example.com/" + "a".repeat(250)).write(directory.resolve("a.aci"));

    assertThatThrownBy(() -> TestStore.add(store, file, TestStore.ANY))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("image name longer than 255 characters");
    assertThat(TestStore.filesIn(data)).isEmpty();
  }

  @Test
  void refusesLabelsThatNoRecordCouldHoldAndKeepsNothing() {
    String marks = "\u202e".repeat(200_000); // three bytes each here, six in the record
    Path file =
        TestImage.named(NAME.value())
            .with(
                "\"labels\":[{\"name\":\"a\",\"value\":\""
                    + marks
                    + "\"},{\"name\":\"b\",\"value\":\""
                    + marks
                    + "\"},{\"name\":\"c\",\"value\":\""
                    + marks
                    + "\"},{\"name\":\"d\",\"value\":\""
                    + marks
                    + "\"}]")
            .write(directory.resolve("a.aci"));

    assertThatThrownBy(() -> TestStore.add(store, file, TestStore.ANY))
        .isInstanceOf(StoreException.class)
        .hasMessage("labels of image \"example.com/app\" are too long");
    assertThat(TestStore.filesIn(data)).isEmpty();
  }

  @Test
  void remembersPlacesOfAnyLength() throws IOException {
    for (int length = 150; length < 240; length += 7) {
      Path folder = Files.createDirectories(directory.resolve("d".repeat(length)));
      Path file = image("x.aci", "1.0.0", "hello");
      Path moved = Files.move(file, folder.resolve("x.aci"));

      StoredImage added = TestStore.add(store, moved, TestStore.ANY);

      assertThat(store.remote(moved.toAbsolutePath().toString()).orElseThrow().id())
          .isEqualTo(added.id());
    }
  }

  @Test
  void prefersWhatWasFoundWithoutAVersionAndThenTheLastImport() {
    TestStore.add(store, image("1.aci", "1.0.0", "one"), TestStore.wish(Requested.ANY, true));
    TestStore.add(store, image("2.aci", "2.0.0", "two"), TestStore.ANY);

    assertThat(store.byName(NAME, Labels.NONE, true).orElseThrow().nameWithVersion())
        .isEqualTo("example.com/app:1.0.0");
    assertThat(store.byName(NAME, version("2.0.0"), true).orElseThrow().isLatest()).isFalse();
  }

  @Test
  void findsUnverifiedImagesByNameOnlyWhenAskedTo() {
    TestStore.add(store, image("1.aci", "1.0.0", "one"), TestStore.ANY);

    assertThat(store.byName(NAME, Labels.NONE, false)).isEmpty();
    assertThat(store.byName(NAME, Labels.NONE, true).orElseThrow().isUnverified()).isTrue();
  }

  @Test
  void keepsTheBetterTrustWhenAnImageComesAgain() {
    Path file = image("1.aci", "1.0.0", "one");
    TestStore.add(store, file, TestStore.ANY, WaivedOption.INSECURE_IMAGE);
    TestStore.add(store, file, TestStore.ANY, WaivedOption.DISTRIBUTION);
    TestStore.add(store, file, TestStore.ANY, WaivedOption.INSECURE_IMAGE);

    assertThat(store.byName(NAME, Labels.NONE, false).orElseThrow().isUnverified()).isFalse();
  }

  @Test
  void removesAnImageWithoutATrace() {
    Path file = image("1.aci", "1.0.0", "one");
    StoredImage image = TestStore.add(store, file, TestStore.ANY);

    store.remove(image);
    store.sweep();

    assertThat(store.byId(image.id())).isEmpty();
    assertThat(store.remote(file.toAbsolutePath().toString())).isEmpty();
    assertThat(TestStore.filesIn(data)).isEmpty();
  }

  @Test
  void noticesAChangedTar() throws IOException {
    StoredImage image = TestStore.add(store, image("1.aci", "1.0.0", "one"), TestStore.ANY);
    Path blob = Path.of(store.layout().blob(image.id()));
    byte[] bytes = Files.readAllBytes(blob);
    bytes[600] ^= 1;
    Files.write(blob, bytes);

    assertThat(store.verifies(image)).isFalse();
  }

  @Test
  void tellsOfRecordsThatCannotBeRead() throws IOException {
    StoredImage image = TestStore.add(store, image("1.aci", "1.0.0", "one"), TestStore.ANY);
    Files.writeString(Path.of(store.layout().image(image.id())), "{");

    ImageListing listing = store.list();

    assertThat(listing.images()).isEmpty();
    assertThat(listing.problems()).hasSize(1);
  }

  @Test
  void sweepsWorkThatNobodyIsAtAndNoOther() throws IOException {
    Path tmp = Path.of(store.layout().tmp());
    Files.createDirectories(tmp.resolve("work-1-left/tree"));
    Files.writeString(tmp.resolve("download"), "partial");

    try (WorkDirectory live = store.newWork()) {
      assertThat(store.sweep()).isEqualTo(1);
      assertThat(Path.of(live.path())).isDirectory();
    }
    assertThat(tmp.resolve("work-1-left")).doesNotExist();
    assertThat(tmp.resolve("download")).exists();
  }

  @Test
  void refusesADataDirectoryThatOthersMayWriteTo() throws IOException {
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThatThrownBy(() -> TestStore.open(data, kernel))
        .isInstanceOf(StoreException.class)
        .hasMessageEndingWith("can be written to by others");
  }

  @Test
  void refusesAStoreThatEverybodyMayEnter() throws IOException {
    Files.setPosixFilePermissions(
        data.resolve("cas"), PosixFilePermissions.fromString("rwxr-x--x"));

    assertThatThrownBy(() -> TestStore.open(data, kernel))
        .isInstanceOf(StoreException.class)
        .hasMessageEndingWith("can be entered by everybody");
  }

  @Test
  void sweepsRowsThatCannotBeReadAndGoesOn() throws IOException {
    Path file = image("a.aci", "1.0.0", "hello");
    StoredImage added = TestStore.add(store, file, TestStore.ANY);
    Path rows = data.resolve("cas/remote");
    Path torn = rows.resolve("https:++example.com+torn.aci");
    Files.writeString(torn, "{\"version\":1,");
    Path orphan = data.resolve("cas/manifest/sha512-" + "0".repeat(128));
    Files.writeString(orphan, "{}");

    assertThat(store.remote("https://example.com/torn.aci")).isEmpty();
    assertThat(store.sweep()).isEqualTo(2);

    assertThat(torn).doesNotExist();
    assertThat(orphan).doesNotExist();
    assertThat(store.byId(added.id())).isPresent();
    assertThat(store.remote(file.toAbsolutePath().toString())).isPresent();
  }

  @Test
  void filesThatAreNoRecordsHideNoImage() throws IOException {
    StoredImage added = TestStore.add(store, image("a.aci", "1.0.0", "hello"), TestStore.ANY);
    Files.writeString(data.resolve("cas/image/lost+found"), "");
    Files.writeString(data.resolve("cas/name/example.com+app/README"), "");

    assertThat(store.byName(NAME, version("1.0.0"), true)).isPresent();
    assertThat(store.list().images()).hasSize(1);
    assertThat(store.idsWithPrefix(added.id().hex().substring(0, 12))).hasSize(1);
  }

  @Test
  void keepsFilesFromOthers() throws IOException {
    TestStore.add(store, image("1.aci", "1.0.0", "one"), TestStore.ANY);

    for (String file : TestStore.filesIn(data)) {
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(data.resolve("cas").resolve(file))))
          .endsWith("---");
    }
  }

  @Test
  void remembersPlacesOfAnyLengthAndSpelling() {
    assertThat(RemoteRecord.fileName("https://example.com/a.aci"))
        .isEqualTo("https:++example.com+a.aci");
    assertThat(RemoteRecord.fileName("https://example.com/a+b/%2F"))
        .isEqualTo("https:++example.com+a%2bb+%252F");
    assertThat(RemoteRecord.fileName("https://example.com/" + "x".repeat(300)))
        .startsWith("sha512-")
        .hasSize(135);
  }
}
