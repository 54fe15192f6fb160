// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program finds that a JVM has become. */
class ExecTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"jni", "jffi", "old"})
  void blocksAndCatchesNoSignalAndHasOneThread(String kernel) throws Exception {
    Process process = become(kernel, "/bin/cat", "/proc/self/status");

    assertThat(output(process))
        .contains("\nSigBlk:\t0000000000000000\n")
        .contains("\nSigCgt:\t0000000000000000\n")
        .contains("\nThreads:\t1\n")
        .contains("\nPid:\t" + process.pid() + "\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jni", "jffi", "old"})
  void keepsTheDescriptorsNamedAndNoOther(String kernel) throws Exception {
    // what the shell itself opened to list the directory is gone by the time it looks
    String script =
        "cd /proc/$$/fd; for f in *; do [ -L $f ] && echo $f $(readlink $f); done; echo lock FD";

    String text = output(become(kernel, "/bin/sh", "-c", script));

    String lock = text.substring(text.lastIndexOf(' ') + 1).strip();
    List<String> open = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      if (!line.isEmpty() && !line.startsWith("lock")) {
        open.add(line.split(" ", -1)[0]);
      }
    }
    assertThat(open).containsExactlyInAnyOrder("0", "1", "2", lock);
    assertThat(text).contains(lock + " " + directory.toRealPath() + "\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jni", "jffi", "old"})
  void hasTheEnvironmentAndDirectoryAskedFor(String kernel) throws Exception {
    assertThat(output(become(kernel, "/usr/bin/env"))).isEqualTo("ONE=1\nTWO=\n");
    assertThat(output(become(kernel, "/bin/readlink", "/proc/self/cwd")))
        .isEqualTo(directory.toRealPath() + "\n");
  }

  @Test
  void holdsTheLockUntilTheProgramEnds() throws Exception {
    Process process = become("jni", "/bin/sh", "-c", "echo up; read line");
    Kernel kernel = Kernels.named("jni");
    assertThat(process.getInputStream().read()).isEqualTo('u');

    assertThat(DirectoryLock.tryShared(kernel, directory.toString())).isEmpty();

    process.getOutputStream().close();
    assertThat(process.waitFor()).isEqualTo(1);
    try (DirectoryLock lock = DirectoryLock.exclusive(kernel, directory.toString())) {
      assertThat(lock.isExclusive()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"jni", "jffi", "old"})
  void comesBackWithTheReasonWhereThereIsNoProgram(String name) throws Exception {
    Kernel kernel = Kernels.named(name);
    String program = directory.resolve("missing").toString();
    List<byte[]> argv = List.of(Kernel.path("missing"));
    byte[] cut = {'a', 0, 'b'};
    String blockedBefore = blocked();

    ErrnoException missing = kernel.execve(program, argv, List.of(), List.of());
    ErrnoException malformed = kernel.execve("/bin/true", argv, List.of(cut), List.of());

    assertThat(missing).hasMessage("execve " + program + ": no such file or directory");
    assertThat(malformed.errno()).isEqualTo(Errno.EINVAL);
    assertThat(blocked()).isEqualTo(blockedBefore);
  }

  private static String blocked() throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/thread-self/status"))) {
      if (line.startsWith("SigBlk")) {
        return line;
      }
    }
    throw new AssertionError("no SigBlk");
  }

  private Process become(String kernel, String... argv) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of(ExecProbe.class.getName(), kernel, directory.toString()));
    command.addAll(List.of(argv));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    return builder.start();
  }

  private static String output(Process process) throws Exception {
    process.getOutputStream().close();
    try (InputStream stream = process.getInputStream()) {
      String text = new String(stream.readAllBytes(), UTF_8);
      assertThat(process.waitFor()).isZero();
      return text;
    }
  }
}
