// SPDX-License-Identifier: Apache-2.0
package io.rktj.services;

import io.rktj.pod.HostException;
import java.util.concurrent.CountDownLatch;
import java.util.logging.LogManager;

/** How a server lives: silently, until a signal, and then it ends with status 0. */
public final class Lifetime {
  private Lifetime() {}

  /** Keeps libraries from printing what they think; only the command line prints. */
  public static void silenceLibraries() {
    LogManager.getLogManager().reset();
  }

  /** Does not return: SIGINT and SIGTERM run {@code end} and then end the process. */
  public static void untilSignal(Runnable end) {
    Thread hook =
        new Thread(
            () -> {
              try {
                end.run();
              } finally {
                Runtime.getRuntime().halt(0); // a service that is told to end has not failed
              }
            });
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException("interrupted", e);
    }
  }
}
