// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.rktj.pod.HostException;
import io.rktj.spec.Uuid;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;

/**
 * Plugins that are at work for a pod still, though the {@code rkt} that called them was killed:
 * what they are about to make can only be removed when they have ended.
 */
final class RunningPlugins {
  private static final long POLL_MILLIS = 20;

  private final String mark;

  RunningPlugins(Uuid uuid) {
    mark = "\0CNI_CONTAINERID=" + uuid + "\0";
  }

  /** Waits until there are none, but not for one that has been given up: so long at most. */
  void awaitEnd(long seconds) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (areThere() && System.nanoTime() < deadline) {
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new HostException("interrupted", e);
      }
    }
  }

  private boolean areThere() {
    String[] names = new File("/proc").list();
    if (names == null) {
      return false;
    }
    for (String name : names) {
      if (Character.isDigit(name.charAt(0)) && isOne(name)) {
        return true;
      }
    }
    return false;
  }

  /** By its environment, which a plugin hands on to the plugins that it calls itself. */
  private boolean isOne(String process) {
    try (InputStream environment = new FileInputStream("/proc/" + process + "/environ")) {
      return ("\0" + new String(environment.readAllBytes(), ISO_8859_1)).contains(mark);
    } catch (IOException e) {
      return false; // it has ended meanwhile
    }
  }
}
