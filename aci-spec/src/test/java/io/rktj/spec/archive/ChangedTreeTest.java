// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.MalformedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A root file system under what a machine has told. It has
 *
 * <pre>{@code
 * bin/sh    bin/ash (the same file)    etc/passwd    old/a    old/b
 * }</pre>
 */
class ChangedTreeTest {
  @TempDir Path temp;
  private Path rootfs;

  @BeforeEach
  void rootfs() throws IOException {
    rootfs = Files.createDirectory(temp.resolve("rootfs"));
    for (String name : List.of("bin", "etc", "old")) {
      Files.createDirectory(rootfs.resolve(name));
    }
    Files.writeString(rootfs.resolve("bin/ash"), "shell");
    Files.createLink(rootfs.resolve("bin/sh"), rootfs.resolve("bin/ash"));
    Files.writeString(rootfs.resolve("etc/passwd"), "root");
    Files.writeString(rootfs.resolve("old/a"), "a");
    Files.writeString(rootfs.resolve("old/b"), "b");
  }

  /** What is written as {@code changes.c} does it. */
  private static final class Told {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Told() {
      out.writeBytes("rktjchg1".getBytes(UTF_8));
    }

    Told record(char kind, String name, String link, boolean opaque, long size) {
      byte[] n = name.getBytes(UTF_8);
      byte[] l = link.getBytes(UTF_8);
      ByteBuffer header = ByteBuffer.allocate(56).order(ByteOrder.LITTLE_ENDIAN);
      header.putInt(kind).putInt(0750).putInt(7).putInt(8).putInt(opaque ? 1 : 0);
      header.putInt(1).putInt(3).putInt(5).putInt(n.length).putInt(l.length);
      header.putLong(size).putLong(99);
      out.writeBytes(header.array());
      out.writeBytes(n);
      out.writeBytes(l);
      return this;
    }

    Told piece(long at, String bytes) {
      ByteBuffer piece = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
      out.writeBytes(piece.putLong(at).putInt(bytes.length()).array());
      out.writeBytes(bytes.getBytes(UTF_8));
      return this;
    }

    Told directory(String name) {
      return record('D', name, "", false, 0);
    }

    Told file(String name, String content) {
      record('F', name, "", false, content.length());
      if (!content.isEmpty()) {
        piece(0, content);
      }
      return piece(content.length(), "");
    }

    byte[] end() {
      return record('E', "", "", false, 0).out.toByteArray();
    }
  }

  private List<String> walk(byte[] told) throws IOException {
    Path changes = Files.write(temp.resolve("left"), told);
    List<String> seen = new ArrayList<>();
    new ChangedTree(rootfs, changes)
        .walk(
            false,
            (entry, content) -> {
              StringBuilder line = new StringBuilder(entry.type().name().substring(0, 2));
              line.append(" /").append(entry.name());
              if (!entry.link().isEmpty()) {
                line.append(" -> ").append(entry.link());
              }
              if (entry.type() == EntryType.REGULAR) {
                String text = new String(content.readAllBytes(), UTF_8);
                assertThat(text).hasSize((int) entry.size());
                line.append(" = ").append(text);
              }
              seen.add(line.toString());
            });
    return seen;
  }

  @Test
  void nothingWrittenLeavesWhatWasThere() throws IOException {
    assertThat(walk(new Told().directory("").end()))
        .containsExactly(
            "DI /",
            "DI /bin",
            "RE /bin/ash = shell",
            "HA /bin/sh -> bin/ash",
            "DI /etc",
            "RE /etc/passwd = root",
            "DI /old",
            "RE /old/a = a",
            "RE /old/b = b");
  }

  @Test
  void whatWasRemovedOrReplacedIsNotSeen() throws IOException {
    byte[] told =
        new Told()
            .directory("")
            .directory("bin")
            .record('W', "bin/ash", "", false, 0)
            .file("etc", "a file now")
            .record('D', "old", "", true, 0)
            .file("old/c", "c")
            .end();

    assertThat(walk(told))
        .containsExactly(
            "DI /",
            "DI /bin",
            "RE /bin/sh = shell",
            "RE /etc = a file now",
            "DI /old",
            "RE /old/c = c");
  }

  @Test
  void newFilesOfAllKindsAreSeenWithTheirHoles() throws IOException {
    byte[] told =
        new Told()
            .directory("")
            .file("empty", "")
            .record('F', "holes", "", false, 9)
            .piece(2, "ab")
            .piece(6, "c")
            .piece(9, "")
            .record('H', "again", "holes", false, 0)
            .record('L', "link", "/nowhere", false, 0)
            .record('C', "null", "", false, 0)
            .record('P', "pipe", "", false, 0)
            .end();

    assertThat(walk(told))
        .endsWith(
            "RE /empty = ",
            "RE /holes = \0\0ab\0\0c\0\0",
            "HA /again -> holes",
            "SY /link -> /nowhere",
            "CH /null",
            "FI /pipe");
  }

  @Test
  void whatCannotBeIsRefused() {
    refuses("it begins otherwise", "rktjchg2".getBytes(UTF_8));
    refuses("ends too early", new Told().directory("").out.toByteArray());
    refuses("after its end", new Told().end(), new byte[1]);
    refuses("climbs", new Told().file("../etc/passwd", "x").end());
    refuses("not clean", new Told().file("/etc/passwd", "x").end());
    refuses("not clean", new Told().file("a//b", "x").end());
    refuses("twice", new Told().file("a", "x").file("a", "x").end());
    refuses("block devices", new Told().record('B', "a", "", false, 0).end());
    refuses("no known kind", new Told().record('?', "a", "", false, 0).end());
    refuses("too large", new Told().record('F', "a", "", false, -1).end());
    refuses("too large", new Told().record('F', "a", "", false, 1L << 40).end());
    refuses("out of place", new Told().record('F', "a", "", false, 2).piece(1, "bc").end());
    refuses(
        "out of place",
        new Told().record('F', "a", "", false, 2).piece(1, "b").piece(0, "a").end());
    refuses("out of place", new Told().record('F', "a", "", false, 2).piece(1, "").end());
    refuses("out of place", new Told().record('F', "a", "", false, 2).piece(-9, "a").end());
  }

  private void refuses(String why, byte[]... told) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (byte[] part : told) {
      whole.writeBytes(part);
    }
    assertThatThrownBy(() -> walk(whole.toByteArray()))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining(why);
  }

  @Test
  void noBytesDoMoreHarmThanARefusal() throws IOException {
    byte[] good =
        new Told()
            .directory("")
            .directory("bin")
            .file("bin/new", "content")
            .record('L', "link", "target", false, 0)
            .end();
    Random random = new Random(4711);
    for (int i = 0; i < 3000; i++) {
      byte[] told = good.clone();
      for (int k = random.nextInt(4); k >= 0; k--) {
        told[random.nextInt(told.length)] = (byte) random.nextInt();
      }
      try {
        walk(told);
      } catch (MalformedException e) {
        assertThat(e).hasMessageContaining("left");
      }
    }
  }
}
