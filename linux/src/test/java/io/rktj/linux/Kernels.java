// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** The kernels that a test of {@link Kernel} is run with. */
final class Kernels {
  /** {@code unshare(2)}: a mount namespace of its own. */
  static final int CLONE_NEWNS = 0x20000;

  /** {@code unshare(2)}: a network namespace of its own. */
  static final int CLONE_NEWNET = 0x40000000;

  /** {@code mount(2)}: a second place for the same tree. */
  static final long MS_BIND = 0x1000;

  /** {@code mount(2)}: nothing spreads to other namespaces, all mounts below included. */
  static final long MS_PRIVATE_ALL = 0x44000;

  private Kernels() {}

  /** By name: {@code jni}, {@code jffi}, or {@code old}, which does without newer calls. */
  static Kernel named(String name) {
    if (name.equals("jffi")) {
      return new LinuxKernel(new JffiSystemCalls());
    }
    return new LinuxKernel(JniSystemCalls.load(library()), !name.equals("old"));
  }

  static String library() {
    return Path.of("target/native/librktj.so").toAbsolutePath().toString();
  }

  static Stream<Named<Kernel>> all() {
    return Stream.of("jni", "jffi", "old").map(name -> Named.of(name, named(name)));
  }

  static void assumeRoot() {
    assumeTrue(Kernel.host().euid() == 0, "needs root for namespaces and mounts");
  }

  /** Something that tests do in a thread of its own, because it changes the thread. */
  interface Work {
    void run() throws Exception;
  }

  /** Runs {@code work} in a thread that ends with it, namespaces and all. */
  static void inThread(Work work) throws Exception {
    Throwable[] failure = new Throwable[1];
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Exception | AssertionError e) {
                failure[0] = e;
              }
            });
    thread.start();
    thread.join();
    if (failure[0] != null) {
      throw new AssertionError(failure[0]);
    }
  }
}
