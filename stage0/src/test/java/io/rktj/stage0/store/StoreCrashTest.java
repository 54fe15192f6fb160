// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.PodException;
import io.rktj.linux.FaultyKernel;
import io.rktj.linux.Kernel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Adding and removing are cut short before their n-th change of the disk, for every n, as by a kill
 * and as by a full disk; then a fresh store must hold the whole image or nothing of it, and one
 * sweep must clear away the rest.
 */
class StoreCrashTest {
  private static final int ENOUGH = 500;

  private final Kernel kernel = Kernel.host();

  @TempDir Path directory;

  private interface Faults {
    FaultyKernel at(int n);
  }

  private Path image() {
    return TestImage.named("example.com/app")
        .file("one", "1")
        .file("two", "2")
        .write(directory.resolve("app.aci"));
  }

  @Test
  void killedWhileAdding() {
    addEverywhere(n -> FaultyKernel.crashingAt(kernel, n));
  }

  @Test
  void failingWhileAdding() {
    addEverywhere(n -> FaultyKernel.failingAt(kernel, n));
  }

  private void addEverywhere(Faults faults) {
    Path file = image();
    boolean failed = true;
    for (int n = 1; failed; n++) {
      assertThat(n).isLessThan(ENOUGH);
      Path data = TestStore.dataIn(directory.resolve("add" + n));
      FaultyKernel faulty = faults.at(n);
      boolean done = false;
      try {
        TestStore.add(TestStore.open(data, faulty), file, TestStore.ANY);
        done = true;
      } catch (PodException e) {
        assertThat(faulty.hasFailed()).as(e.toString()).isTrue();
      }
      failed = faulty.hasFailed();
      requireLegal(data, done);

      ImageStore store = TestStore.open(data, kernel);
      StoredImage again = TestStore.add(store, file, TestStore.ANY);
      assertThat(store.verifies(again)).isTrue();
      store.sweep();
      assertThat(TestStore.filesIn(data)).as("step " + n).hasSize(5);
    }
  }

  /** Whole or not at all, and nothing else once swept. */
  private void requireLegal(Path data, boolean done) {
    ImageStore store = TestStore.open(data, kernel);
    store.sweep();
    ImageListing listing = store.list();
    assertThat(listing.problems()).isEmpty();
    if (done) {
      assertThat(listing.images()).hasSize(1);
    }
    for (StoredImage image : listing.images()) {
      assertThat(store.verifies(image)).isTrue();
      assertThat(image.manifest().name().value()).isEqualTo("example.com/app");
      assertThat(store.byName(image.name(), image.labels(), true)).isPresent();
    }
    if (listing.images().isEmpty()) {
      assertThat(TestStore.filesIn(data)).isEmpty();
    }
  }

  @Test
  void killedWhileRemoving() {
    removeEverywhere(n -> FaultyKernel.crashingAt(kernel, n));
  }

  @Test
  void failingWhileRemoving() {
    removeEverywhere(n -> FaultyKernel.failingAt(kernel, n));
  }

  private void removeEverywhere(Faults faults) {
    Path file = image();
    boolean failed = true;
    for (int n = 1; failed; n++) {
      assertThat(n).isLessThan(ENOUGH);
      Path data = TestStore.dataIn(directory.resolve("rm" + n));
      StoredImage image = TestStore.add(TestStore.open(data, kernel), file, TestStore.ANY);
      FaultyKernel faulty = faults.at(n);
      boolean done = false;
      try {
        TestStore.open(data, faulty).remove(image);
        done = true;
      } catch (PodException e) {
        assertThat(faulty.hasFailed()).as(e.toString()).isTrue();
      }
      failed = faulty.hasFailed();

      requireLegal(data, false);
      ImageStore store = TestStore.open(data, kernel);
      if (done) {
        assertThat(store.list().images()).isEmpty();
      }
      store.list().images().forEach(store::remove);
      store.sweep();
      assertThat(TestStore.filesIn(data)).isEqualTo(List.of());
    }
  }
}
