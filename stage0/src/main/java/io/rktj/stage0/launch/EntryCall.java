// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.linux.SmallFiles;
import io.rktj.pod.HostException;
import io.rktj.pod.PodStateException;
import io.rktj.pod.StatusFiles;
import io.rktj.stage1.NativeProgram;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.Stage1Pod;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** A call of an entry point that comes back: a child process, by way of pod-init. */
final class EntryCall {
  private static final int LARGEST = 64;

  private final ProcessBuilder builder;

  /**
   * A call that is not made yet.
   *
   * @param environment the whole environment, as {@code NAME=VALUE}
   */
  EntryCall(List<String> words, List<String> environment) {
    List<String> line = new ArrayList<>();
    line.add(NativeProgram.path());
    line.addAll(words);
    builder = new ProcessBuilder(line);
    builder.environment().clear();
    for (String variable : environment) {
      int equals = variable.indexOf('=');
      if (equals > 0) {
        builder.environment().put(variable.substring(0, equals), variable.substring(equals + 1));
      }
    }
    builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    builder.redirectOutput(ProcessBuilder.Redirect.INHERIT);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  /** Without what it prints as its answer. */
  EntryCall quiet() {
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    return this;
  }

  /** Makes the call; its exit status. */
  int run() {
    try {
      return builder.start().waitFor();
    } catch (IOException e) {
      throw new HostException("cannot run \"" + NativeProgram.path() + "\"", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException("interrupted", e);
    }
  }

  /** Refuses any status but that of success. */
  static void require(String entry, int status) {
    if (status != 0) {
      throw new Stage1Exception(
          "error executing stage1 entrypoint \"" + entry + "\": exit status " + status);
    }
  }

  /** The process to enter, as stage1 has written it. */
  static int pid(Kernel kernel, Stage1Pod pod) {
    OptionalInt pid = new StatusFiles(kernel, pod.layout()).pid();
    if (pid.isEmpty()) {
      throw new PodStateException("pod \"" + pod.uuid() + "\" is not running anymore");
    }
    return pid.getAsInt();
  }

  /** The process that became stage1's {@code run}. */
  static String supervisor(Kernel kernel, Stage1Pod pod) {
    String file = pod.layout().stage1Process().toString();
    try {
      return new String(SmallFiles.read(kernel, file, LARGEST), US_ASCII).strip();
    } catch (ErrnoException e) {
      throw new HostException("cannot read \"" + file + "\"", e);
    }
  }
}
