// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import io.rktj.pod.HostException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs a program of the host for something that is done once, and takes in what it says. */
final class HostCommand {
  private HostCommand() {}

  /** The output of {@code command}; anything but status 0 is a {@link HostException}. */
  static String run(File directory, List<String> command) {
    return run(directory, command, new byte[0]);
  }

  /** The same, with something to read. */
  static String run(File directory, List<String> command, byte[] input) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(directory);
    builder.redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C.UTF-8");
    try {
      Process process = builder.start();
      String output;
      try (var out = process.getOutputStream()) {
        out.write(input);
      } catch (IOException e) {
        // it has ended already, and says by its status why
      }
      try (var in = process.getInputStream()) {
        output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
      int status = process.waitFor();
      if (status != 0) {
        throw new HostException(
            "stage1: " + command.get(0) + " has failed with status " + status,
            new IOException(output.strip()));
      }
      return output;
    } catch (IOException e) {
      throw new HostException("stage1: cannot run \"" + command.get(0) + "\"", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException("stage1: " + command.get(0) + " was interrupted", e);
    }
  }
}
