// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.tests.kit.RktRunner;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A network name space of a test's own in the place of the host's: its links, routes, packet filter
 * and ports are the test's, not the machine's.
 */
final class TestHost implements AutoCloseable {
  private final Process holder;

  TestHost() {
    try {
      holder =
          new ProcessBuilder(
                  "unshare", "--net", "sh", "-c", "ip link set lo up; echo ready; exec cat")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (holder.getInputStream().read() != 'r') {
        throw new IllegalStateException("no network name space");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A runner in it, with directories below {@code base}. */
  RktRunner rkt(Path base) {
    return RktRunner.in(base).inside(enter().toArray(new String[0]));
  }

  private List<String> enter() {
    return List.of("nsenter", "--net=/proc/" + holder.pid() + "/ns/net", "--");
  }

  /** What a command in it prints. */
  String run(String... command) {
    return converse("", command);
  }

  /** What a command in it prints when it reads {@code input}, a character for each byte. */
  String converse(String input, String... command) {
    List<String> line = new ArrayList<>(enter());
    line.addAll(List.of(command));
    try {
      Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
      write(process, input.getBytes(ISO_8859_1));
      String text = new String(process.getInputStream().readAllBytes(), UTF_8);
      process.waitFor();
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** One that has ended before it has read everything is judged by what it has said. */
  private static void write(Process process, byte[] input) {
    try (OutputStream to = process.getOutputStream()) {
      to.write(input);
    } catch (IOException e) {
      return;
    }
  }

  /** Starts a command in it whose standard input stays open. */
  Process start(String... command) {
    List<String> line = new ArrayList<>(enter());
    line.addAll(List.of(command));
    try {
      return new ProcessBuilder(line).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      holder.getOutputStream().close();
      if (!holder.waitFor(20, TimeUnit.SECONDS)) {
        holder.destroyForcibly();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
