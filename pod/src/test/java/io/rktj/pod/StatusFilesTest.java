// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.linux.Kernel;
import io.rktj.spec.AcName;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusFilesTest {
  private static final AcName APP = AcName.parse("app");

  @TempDir Path directory;

  private PodLayout layout;
  private StatusFiles files;

  @BeforeEach
  void makePod() throws Exception {
    layout = new PodLayout(Files.createDirectory(directory.resolve("pod")));
    files = new StatusFiles(Kernel.host(), layout);
  }

  @Test
  void findsNothingInANewPod() {
    assertThat(files.pid()).isEmpty();
    assertThat(files.exitStatus(APP)).isEmpty();
    assertThat(files.isReady()).isFalse();
    assertThat(files.created()).isEmpty();
    assertThat(files.started()).isEmpty();
    assertThat(files.appCreated(APP)).isEmpty();
    assertThat(files.appStarted(APP)).isEmpty();
    assertThat(files.moved()).isPresent();
  }

  @Test
  void readsThePidFile() throws Exception {
    Files.writeString(layout.pid(), "1234\n");
    Files.writeString(layout.ppid(), "1\n");

    assertThat(files.pid()).hasValue(1234);
  }

  @Test
  void takesTheOnlyChildOfTheProcessInPpid() throws Exception {
    Process parent = shell("sleep 60 & echo $!; wait");
    try {
      int child = Integer.parseInt(line(parent));
      Files.writeString(layout.ppid(), parent.pid() + "\n");

      assertThat(files.pid()).hasValue(child);

      Files.writeString(layout.ppid(), child + "\n");
      assertThat(files.pid()).isEmpty();
    } finally {
      end(parent);
    }
    Files.writeString(layout.ppid(), parent.pid() + "\n");
    assertThat(files.pid()).isEmpty();
  }

  @Test
  void refusesToChooseAmongSeveralChildren() throws Exception {
    Process parent = shell("sleep 60 & sleep 60 & echo up; wait");
    try {
      assertThat(line(parent)).isEqualTo("up");
      Files.writeString(layout.ppid(), parent.pid() + "\n");

      assertThatThrownBy(() -> files.pid())
          .isInstanceOf(PodStateException.class)
          .hasMessageEndingWith("has several children");
    } finally {
      end(parent);
    }
  }

  @Test
  void readsExitStatusesAndTimes() throws Exception {
    Files.createDirectories(layout.statuses());
    Files.writeString(layout.status(APP), "137\n");
    Instant time = Instant.ofEpochSecond(1_000_000_000L, 123_000_000L);
    for (Path path :
        new Path[] {
          layout.created(), layout.pid(), layout.statusCreated(APP), layout.statusStarted(APP)
        }) {
      Files.createFile(path);
      Files.setLastModifiedTime(path, FileTime.from(time));
    }

    assertThat(files.exitStatus(APP)).hasValue(137);
    assertThat(files.created()).hasValue(time);
    assertThat(files.started()).hasValue(time);
    assertThat(files.appCreated(APP)).hasValue(time);
    assertThat(files.appStarted(APP)).hasValue(time);
  }

  @Test
  void takesAFileStillEmptyForNotWritten() throws Exception {
    Files.createDirectories(layout.statuses());
    Files.createFile(layout.status(APP));

    assertThat(files.exitStatus(APP)).isEmpty();
  }

  @Test
  void refusesWhatIsNoNumber() throws Exception {
    Files.writeString(layout.pid(), "many\n");

    assertThatThrownBy(() -> files.pid())
        .isInstanceOf(HostException.class)
        .hasMessage("cannot read \"%s\": not a number: \"many\"", layout.pid());
  }

  @Test
  void isReadyOnceTheSupervisorSaysSo() throws Exception {
    Files.createDirectories(layout.exchange());
    Files.createSymbolicLink(layout.supervisorStatus(), Path.of("starting"));
    assertThat(files.isReady()).isFalse();

    Files.delete(layout.supervisorStatus());
    Files.createSymbolicLink(layout.supervisorStatus(), Path.of("ready"));
    assertThat(files.isReady()).isTrue();
  }

  @Test
  void isNotLedOutOfThePodByLinksInIt() throws Exception {
    Path outside = Files.createDirectory(directory.resolve("outside"));
    Files.writeString(outside.resolve("app"), "7\n");
    Files.createDirectories(layout.exchange());
    Files.createSymbolicLink(layout.statuses(), outside);

    assertThat(files.exitStatus(APP)).isEmpty();

    Files.delete(layout.statuses());
    Files.createDirectory(layout.statuses());
    Files.createSymbolicLink(layout.status(APP), outside.resolve("app"));
    assertThat(files.exitStatus(APP)).isEmpty();
  }

  @Test
  void keepsAUuidInAFile() throws Exception {
    PodLayout named = new PodLayout(Path.of("/pods/run/01234567-89ab-4def-8123-456789abcdef"));
    Path file = directory.resolve("uuid");

    UuidFile.write(Kernel.host(), file, named.uuid());

    assertThat(file).hasContent("01234567-89ab-4def-8123-456789abcdef");
    Files.writeString(file, " 01234567\n\n");
    assertThat(UuidFile.read(Kernel.host(), file)).isEqualTo("01234567");
    Path missing = directory.resolve("missing");
    assertThatThrownBy(() -> UuidFile.read(Kernel.host(), missing))
        .isInstanceOf(HostException.class)
        .hasMessage("cannot read uuid file \"%s\"", missing);
  }

  private static Process shell(String script) throws Exception {
    return new ProcessBuilder("/bin/sh", "-c", script).start();
  }

  private static String line(Process process) throws Exception {
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    return String.valueOf(reader.readLine());
  }

  private static void end(Process process) throws Exception {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
  }
}
