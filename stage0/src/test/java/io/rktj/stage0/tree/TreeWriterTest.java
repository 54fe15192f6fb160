// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.tree;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.spec.MalformedException;
import io.rktj.spec.archive.AciEntry;
import io.rktj.spec.archive.EntryType;
import io.rktj.spec.archive.RawName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Entries that the archive reader would never let through: even so nothing outside the root is
 * touched (CVE-2014-6407, CVE-2021-32760, CVE-2021-29136 and their like).
 */
class TreeWriterTest {
  @TempDir Path directory;

  private Path outside;
  private Path root;
  private TreeWriter writer;

  @BeforeEach
  void makeCanary() throws IOException {
    outside = Files.createDirectory(directory.resolve("outside"));
    Files.writeString(outside.resolve("canary"), "alive");
    root = directory.resolve("root");
    writer = TreeWriter.create(Kernel.host(), root.toString());
  }

  @AfterEach
  void theCanaryLives() throws IOException {
    writer.close();
    assertThat(outside.resolve("canary")).hasContent("alive");
    try (Stream<Path> files = Files.list(outside)) {
      assertThat(files).hasSize(1);
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).hasSize(2);
    }
  }

  private void write(EntryType type, String name, String link, String content) throws IOException {
    byte[] bytes = content.getBytes(UTF_8);
    AciEntry.Attributes attributes = new AciEntry.Attributes(0777, 1, 1, 0, 0, List.of());
    writer.visit(
        new AciEntry(
            RawName.of(name),
            type,
            attributes,
            RawName.of(link),
            AciEntry.Device.NONE,
            bytes.length),
        new ByteArrayInputStream(bytes));
  }

  @Test
  void neverWritesThroughALinkedParent() throws IOException {
    write(EntryType.SYMLINK, "dir", outside.toString(), "");

    assertThatThrownBy(() -> write(EntryType.REGULAR, "dir/canary", "", "dead"))
        .isInstanceOf(ErrnoException.class);
    assertThatThrownBy(() -> write(EntryType.REGULAR, "dir/new", "", "dead"))
        .isInstanceOf(ErrnoException.class);
    assertThatThrownBy(() -> write(EntryType.DIRECTORY, "dir/sub", "", ""))
        .isInstanceOf(ErrnoException.class);
  }

  @Test
  void neverWritesThroughALinkInTheMiddle() throws IOException {
    write(EntryType.SYMLINK, "a", "..", "");

    assertThatThrownBy(() -> write(EntryType.REGULAR, "a/outside/canary", "", "dead"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void neverWritesThroughALinkOfTheSameName() throws IOException {
    write(EntryType.SYMLINK, "file", outside.resolve("canary").toString(), "");

    assertThatThrownBy(() -> write(EntryType.REGULAR, "file", "", "dead"))
        .isInstanceOf(ErrnoException.class);
  }

  @Test
  void neverChangesWhatALinkLeadsTo() throws IOException {
    write(EntryType.SYMLINK, "dir", outside.toString(), "");

    assertThatThrownBy(() -> write(EntryType.DIRECTORY, "dir", "", ""))
        .isInstanceOf(ErrnoException.class);
  }

  @Test
  void neverClimbsOutOfTheRoot() throws IOException {
    write(EntryType.REGULAR, "../outside/canary", "", "contained");

    assertThat(root.resolve("outside/canary")).hasContent("contained");
    assertThatThrownBy(() -> write(EntryType.SYMLINK, "..", "x", ""))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> write(EntryType.FIFO, "a/../..", "", ""))
        .isInstanceOf(IOException.class);
  }

  @Test
  void neverLinksToTheOutside() throws IOException {
    write(EntryType.SYMLINK, "sly", outside.resolve("canary").toString(), "");

    assertThatThrownBy(() -> write(EntryType.HARD_LINK, "hard", "sly", ""))
        .isInstanceOf(MalformedException.class);
    assertThatThrownBy(
            () -> write(EntryType.HARD_LINK, "hard", outside.resolve("canary").toString(), ""))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> write(EntryType.HARD_LINK, "hard", "../outside/canary", ""))
        .isInstanceOf(IOException.class);
  }

  @Test
  void neverOpensAPipeThatIsThereAlready() throws IOException {
    write(EntryType.FIFO, "pipe", "", "");

    assertThatThrownBy(() -> write(EntryType.REGULAR, "pipe", "", "dead"))
        .isInstanceOf(ErrnoException.class);
  }

  @Test
  void keepsParentsOfDirectoriesThatForbidWriting() throws IOException {
    write(EntryType.DIRECTORY, "", "", "");
    write(EntryType.REGULAR, "made/by/itself", "", "x");
    write(EntryType.DIRECTORY, "made", "", "");
    writer.finishDirectories();

    assertThat(root.resolve("made/by/itself")).hasContent("x");
    assertThat(writer.size()).isEqualTo(1);
  }
}
