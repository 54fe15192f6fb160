// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {
  private final Kernel kernel = Kernels.named("jni");

  @TempDir Path directory;

  @Test
  void letsOneHolderExcludeAllOthers() throws Exception {
    try (DirectoryLock lock = DirectoryLock.exclusive(kernel, path())) {
      assertThat(lock.isExclusive()).isTrue();
      assertThat(DirectoryLock.tryExclusive(kernel, path())).isEmpty();
      assertThat(DirectoryLock.tryShared(kernel, path())).isEmpty();
    }

    assertFree();
  }

  @Test
  void letsManyShare() throws Exception {
    try (DirectoryLock first = DirectoryLock.shared(kernel, path());
        DirectoryLock second = DirectoryLock.tryShared(kernel, path()).orElseThrow()) {
      assertThat(first.isExclusive()).isFalse();
      assertThat(second.number()).isNotEqualTo(first.number());
      assertThat(DirectoryLock.tryExclusive(kernel, path())).isEmpty();
    }

    assertFree();
  }

  @Test
  void waitsForItsTurn() throws Exception {
    DirectoryLock lock = DirectoryLock.exclusive(kernel, path());
    Thread[] waiter = new Thread[1];
    Kernels.inThread(
        () -> {
          waiter[0] =
              new Thread(
                  () -> {
                    try (DirectoryLock mine = DirectoryLock.exclusive(kernel, path())) {
                      assertThat(mine.isExclusive()).isTrue();
                    } catch (ErrnoException e) {
                      throw new AssertionError(e);
                    }
                  });
          waiter[0].start();
        });
    waiter[0].join(50);
    assertThat(waiter[0].isAlive()).isTrue();

    lock.close();

    waiter[0].join();
    assertFree();
  }

  @Test
  void staysHeldByADuplicate() throws Exception {
    DirectoryLock lock = DirectoryLock.exclusive(kernel, path());
    try (Fd duplicate = kernel.duplicate(lock.number());
        DirectoryLock inherited = DirectoryLock.inherited(kernel, duplicate.number())) {
      lock.close();

      assertThat(inherited.isExclusive()).isTrue();
      assertThat(DirectoryLock.tryShared(kernel, path())).isEmpty();
    }

    assertFree();
  }

  @Test
  void locksDirectoriesOnlyAndNotThroughLinks() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory);

    assertThatThrownBy(() -> DirectoryLock.shared(kernel, file.toString()))
        .hasMessageEndingWith("not a directory");
    assertThatThrownBy(() -> DirectoryLock.shared(kernel, link.toString()))
        .isInstanceOf(ErrnoException.class);
  }

  private void assertFree() throws ErrnoException {
    Optional<DirectoryLock> lock = DirectoryLock.tryExclusive(kernel, path());
    assertThat(lock).isPresent();
    lock.get().close();
  }

  private String path() {
    return directory.toString();
  }
}
