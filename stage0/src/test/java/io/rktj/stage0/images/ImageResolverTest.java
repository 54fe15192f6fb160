// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.linux.Kernel;
import io.rktj.spec.AcIdentifier;
import io.rktj.spec.ImageIdPrefix;
import io.rktj.spec.Labels;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Platform;
import io.rktj.spec.discovery.ImageRef;
import io.rktj.stage0.fetch.RemoteFetcher;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.store.StoredImage;
import io.rktj.stage0.store.TestImage;
import io.rktj.stage0.store.TestStore;
import io.rktj.stage0.tree.ImageTree;
import io.rktj.stage0.tree.TreeStore;
import io.rktj.stage0.trust.ImageVerifier;
import io.rktj.stage0.trust.KeyStore;
import io.rktj.stage0.trust.KeyTruster;
import io.rktj.stage0.trust.UntrustedImageException;
import io.rktj.stage0.trust.WaivedOption;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rows of the policy table (spec/rkt-cli.md section 8) that need no server. */
class ImageResolverTest {
  private final Kernel kernel = Kernel.host();
  private final TestStore.Listener listener = new TestStore.Listener();

  @TempDir Path directory;

  private Path data;
  private ImageStore store;
  private TreeStore trees;
  private ImageResolver resolver;

  /** Nobody is out there. */
  private final class Nowhere implements Remotes {
    @Override
    public void beforeWork() {}

    @Override
    public RemoteFetcher fetcher() {
      throw new ImageNotFoundException("asked a server");
    }

    @Override
    public ImageVerifier verifier() {
      KeyStore keys = new KeyStore(directory.resolve("system"), directory.resolve("local"));
      return new ImageVerifier(keys, TestStore.CLOCK);
    }

    @Override
    public KeyTruster truster() {
      throw new AssertionError("no keys are offered here");
    }
  }

  @BeforeEach
  void openStore() {
    data = TestStore.dataIn(directory);
    store = TestStore.open(data, kernel);
    trees = TreeStore.open(store, kernel, listener);
    resolver = resolver(true);
  }

  private ImageResolver resolver(boolean unpack) {
    return new ImageResolver(
        store, trees, new Nowhere(), new Platform("linux", "amd64"), unpack, listener);
  }

  private static PullOptions options(PullPolicy policy, boolean waived) {
    return new PullOptions(
        policy,
        waived ? Optional.of(WaivedOption.INSECURE_IMAGE) : Optional.empty(),
        Optional.empty(),
        KeyTruster.Review.ASK,
        true);
  }

  private static final PullOptions INSECURE = options(PullPolicy.NEW, true);

  private Path write(TestImage image) {
    return image.write(directory.resolve("app.aci"));
  }

  private StoredImage add(TestImage image) {
    return TestStore.add(store, write(image), TestStore.ANY);
  }

  private static ImageRef.ByName name(String name) {
    return new ImageRef.ByName(AcIdentifier.parse(name), Labels.NONE);
  }

  @Test
  void readsAFileEveryTime() {
    ImageRef file =
        new ImageRef.AtFile(
            write(TestImage.named("example.com/app").version("1.0.0").file("f", "one")));
    ImageTree one = resolver.resolve(file, INSECURE);

    write(TestImage.named("example.com/app").version("1.0.0").file("f", "two"));
    ImageTree two = resolver.resolve(file, options(PullPolicy.NEVER, true));

    assertThat(two.image().id()).isNotEqualTo(one.image().id());
    assertThat(Path.of(trees.find(two).orElseThrow().rootfs(), "f")).hasContent("two");
    assertThat(listener.lines())
        .contains("image: warning: image signature verification has been disabled");
  }

  @Test
  void unpacksNoFileThatIsUnpackedAlready() {
    ImageRef file = new ImageRef.AtFile(write(TestImage.named("example.com/app").file("f", "one")));

    ImageTree one = resolver.resolve(file, INSECURE);
    ImageTree again = resolver.resolve(file, INSECURE);

    assertThat(again.image().id()).isEqualTo(one.image().id());
    assertThat(trees.ids()).hasSize(1);
    assertThat(data.resolve("cas/tmp")).isEmptyDirectory();
  }

  @Test
  void refusesAFileWithoutItsSignature() {
    ImageRef file = new ImageRef.AtFile(write(TestImage.named("example.com/app")));

    assertThatThrownBy(() -> resolver.resolve(file, options(PullPolicy.NEW, false)))
        .hasMessageContaining("app.aci.asc");
    assertThat(TestStore.filesIn(data)).isEmpty();
  }

  @Test
  void findsANameInTheStoreUnlessToldToUpdate() {
    StoredImage image = add(TestImage.named("example.com/app").version("1.0.0"));

    assertThat(resolver.resolve(name("example.com/app"), INSECURE).image().id())
        .isEqualTo(image.id());
    assertThatThrownBy(
            () -> resolver.resolve(name("example.com/app"), options(PullPolicy.UPDATE, true)))
        .hasMessage("asked a server");
  }

  @Test
  void neverAsksAServerWhenToldSo() {
    assertThatThrownBy(
            () -> resolver.resolve(name("example.com/app"), options(PullPolicy.NEVER, true)))
        .isInstanceOf(ImageNotFoundException.class)
        .hasMessageStartingWith(
            "unable to fetch image from image name \"example.com/app\": either image was not found"
                + " in the store or store was disabled");
    assertThatThrownBy(
            () ->
                resolver.resolve(
                    new ImageRef.AtUrl("https://example.com/a.aci"),
                    options(PullPolicy.NEVER, true)))
        .hasMessageStartingWith("unable to fetch image from URL \"https://example.com/a.aci\": ");
  }

  @Test
  void usesNoUnverifiedImageOfTheStoreWhenVerificationIsOn() {
    StoredImage image = add(TestImage.named("example.com/app").version("1.0.0"));
    ImageRef hash = new ImageRef.ByHash(new ImageIdPrefix(image.id().hex().substring(0, 12)));

    assertThatThrownBy(() -> resolver.resolve(hash, options(PullPolicy.NEW, false)))
        .isInstanceOf(UntrustedImageException.class)
        .hasMessageEndingWith("was never verified");
    assertThatThrownBy(
            () -> resolver.resolve(name("example.com/app"), options(PullPolicy.NEW, false)))
        .hasMessage("asked a server");
    assertThat(resolver.resolve(hash, INSECURE).image().id()).isEqualTo(image.id());
  }

  @Test
  void findsNothingByAnUnknownHash() {
    ImageRef hash = new ImageRef.ByHash(new ImageIdPrefix("0123456789ab"));

    assertThatThrownBy(() -> resolver.resolve(hash, INSECURE)).hasMessage("no image IDs found");
  }

  @Test
  void bringsDependenciesOfAnyDepth() {
    StoredImage low = add(TestImage.named("example.com/low").file("low", "1"));
    add(
        TestImage.named("example.com/middle")
            .with(
                "\"dependencies\":[{\"imageName\":\"example.com/low\",\"imageID\":\""
                    + low.id()
                    + "\"}]"));
    StoredImage top =
        add(
            TestImage.named("example.com/top")
                .version("1.0.0")
                .with("\"dependencies\":[{\"imageName\":\"example.com/middle\"}]"));

    ImageTree tree = resolver.resolve(name("example.com/top"), INSECURE);

    assertThat(tree.image().id()).isEqualTo(top.id());
    assertThat(tree.dependencies().get(0).dependencies().get(0).image().id()).isEqualTo(low.id());
    assertThat(tree.layers()).hasSize(3);
    PullOptions alone =
        new PullOptions(
            PullPolicy.NEW, INSECURE.waiver(), Optional.empty(), INSECURE.review(), false);
    assertThat(resolver.resolve(name("example.com/top"), alone).dependencies()).isEmpty();
  }

  @Test
  void refusesADependencyOfTheRightHashButAnotherName() {
    StoredImage low = add(TestImage.named("example.com/low"));
    add(
        TestImage.named("example.com/top")
            .version("1.0.0")
            .with(
                "\"dependencies\":[{\"imageName\":\"example.com/fine\",\"imageID\":\""
                    + low.id()
                    + "\"}]"));

    assertThatThrownBy(() -> resolver.resolve(name("example.com/top"), INSECURE))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("\"example.com/fine\" expected but \"example.com/low\" found");
  }

  @Test
  void refusesAnImageThatDependsOnItself() {
    add(
        TestImage.named("example.com/a")
            .version("1.0.0")
            .with("\"dependencies\":[{\"imageName\":\"example.com/b\"}]"));
    add(
        TestImage.named("example.com/b")
            .with("\"dependencies\":[{\"imageName\":\"example.com/a\"}]"));

    assertThatThrownBy(() -> resolver.resolve(name("example.com/a"), INSECURE))
        .hasMessageEndingWith("depends on itself");
  }

  @Test
  void findsWhatAUserNamesToTheImageCommands() {
    StoredImage image = add(TestImage.named("example.com/app").version("1.0.0"));
    ImageLookup lookup = new ImageLookup(store);

    assertThat(lookup.find("example.com/app:1.0.0").id()).isEqualTo(image.id());
    assertThat(lookup.find(image.id().toString()).id()).isEqualTo(image.id());
    assertThat(lookup.find(image.id().columnText()).id()).isEqualTo(image.id());
    assertThatThrownBy(() -> lookup.find("example.com/app:2.0.0"))
        .hasMessage(
            "cannot find aci satisfying name: \"example.com/app\" and labels:"
                + " [version:\"2.0.0\"] in the local store");
  }
}
