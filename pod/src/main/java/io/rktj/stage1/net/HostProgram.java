// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.net;

import io.rktj.stage1.plan.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs a program of the host to its end, within limits of time and of output. */
final class HostProgram {
  private static final int OUTPUT_LIMIT = 1 << 20;

  /**
   * How it went.
   *
   * @param output what it wrote to its standard output, and to its standard error if joined
   */
  record Outcome(int status, Bytes output) {}

  private final long timeoutSeconds;
  private final boolean joinsErrors;

  /** With {@code joinsErrors} its standard error goes to the output, else to ours. */
  HostProgram(long timeoutSeconds, boolean joinsErrors) {
    this.timeoutSeconds = timeoutSeconds;
    this.joinsErrors = joinsErrors;
  }

  /** Runs {@code command} with exactly {@code environment}; its standard input is {@code input}. */
  Outcome run(List<String> command, Map<String, String> environment, Path directory, File input)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.directory(directory.toFile());
    builder.redirectInput(input);
    if (joinsErrors) {
      builder.redirectErrorStream(true);
    } else {
      builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    }
    Process process = builder.start();
    try {
      Reader reader = new Reader(process);
      reader.start();
      if (!process.waitFor(timeoutSeconds, TimeUnit.SECONDS)) {
        throw new IOException(command.get(0) + " has not ended after " + timeoutSeconds + " s");
      }
      reader.join(TimeUnit.SECONDS.toMillis(timeoutSeconds));
      if (reader.failure != null) {
        throw new IOException(command.get(0) + ": " + reader.failure);
      }
      return new Outcome(process.exitValue(), Bytes.copyOf(reader.bytes.toByteArray()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(command.get(0) + " was interrupted", e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** Takes in the output beside the one who waits, and ends a program that writes too much. */
  private static final class Reader extends Thread {
    private final Process process;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private volatile @Nullable String failure;

    Reader(Process process) {
      this.process = process;
      setDaemon(true);
    }

    @Override
    public void run() {
      try (InputStream in = process.getInputStream()) {
        byte[] buffer = new byte[8192];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          if (bytes.size() + n > OUTPUT_LIMIT) {
            failure = "more than " + OUTPUT_LIMIT + " bytes of output";
            process.destroyForcibly();
            return;
          }
          bytes.write(buffer, 0, n);
        }
      } catch (IOException e) {
        failure = "cannot read its output";
      }
    }
  }
}
