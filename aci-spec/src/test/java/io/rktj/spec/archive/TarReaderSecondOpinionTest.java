// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.archive.RawTar.Header;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;

/**
 * What Commons Compress makes of archives: the reasons for {@code docs/adr/0010-own-tar-reader.md},
 * which falls when one of these tests does, and agreement on ordinary archives.
 */
class TarReaderSecondOpinionTest {
  @Test
  void theyAgreeOnOrdinaryArchives() throws Exception {
    byte[] archive =
        RawTar.image()
            .directory("rootfs/d/")
            .file("rootfs/d/a", "hello")
            .pax("path", "rootfs/" + "n".repeat(200), "mtime", "12.5")
            .file("x", "")
            .extension('L', "rootfs/" + "m".repeat(150) + "\0")
            .file("x", "abc")
            .symlink("rootfs/s", "../x")
            .hardLink("rootfs/h", "rootfs/d/a")
            .pax("GNU.sparse.size", "5000", "GNU.sparse.map", "512,512,4000,3,5000,0")
            .file("rootfs/sparse", "a".repeat(512) + "bcd")
            .end();
    List<String> ours = new ArrayList<>();
    new AciStream(new ByteArrayInputStream(archive), "test", ArchiveLimits.ofDefaults())
        .visit(
            (entry, content) ->
                ours.add("rootfs/" + entry.name() + " " + Arrays.hashCode(content.readAllBytes())))
        .run();

    List<String> theirs = new ArrayList<>();
    try (TarArchiveInputStream tar = open(archive)) {
      TarArchiveEntry entry = tar.getNextEntry();
      while (entry != null) {
        String name = entry.getName().endsWith("/") ? cut(entry.getName()) : entry.getName();
        String shown = name.equals("rootfs") ? "rootfs/" : name;
        theirs.add(shown + " " + Arrays.hashCode(tar.readAllBytes()));
        entry = tar.getNextEntry();
      }
    }

    theirs.removeIf(line -> line.startsWith("manifest "));
    assertThat(ours).isEqualTo(theirs);
  }

  @Test
  void theyLoseBytesOfExtendedNames() throws Exception {
    byte[] archive = RawTar.image().pax("path", "rootfs/a\u00ff").file("x", "").end();

    assertThat(names(archive)).contains("rootfs/a\ufffd");
  }

  @Test
  void theyDoNotVerifyExtendedHeaders() throws Exception {
    String records = RawTar.records("path", "rootfs/a");
    byte[] archive =
        RawTar.image()
            .entry(new Header("p", 'x').size(records.length()).wrongSum(), records)
            .file("x", "")
            .end();

    assertThat(names(archive)).contains("rootfs/a");
  }

  @Test
  void theyRenameEntriesByGlobalHeaders() throws Exception {
    byte[] archive = new RawTar().global("path", "evil").file("a", "").file("b", "").end();

    assertThat(names(archive)).containsExactly("evil", "evil");
  }

  @Test
  void theyTakeACutHeaderForTheEnd() throws Exception {
    byte[] archive = new RawTar().file("a", "").file("b", "").bytes();

    assertThat(names(Arrays.copyOf(archive, 700))).containsExactly("a");
  }

  @Test
  void theyRecurseOverLongNames() {
    RawTar archive = new RawTar();
    for (int i = 0; i < 200_000; i++) {
      archive.extension('L', "a\0");
    }
    byte[] bytes = archive.file("b", "").end();

    assertThatThrownBy(() -> names(bytes)).isInstanceOf(StackOverflowError.class);
  }

  private static List<String> names(byte[] archive) throws IOException {
    List<String> names = new ArrayList<>();
    try (TarArchiveInputStream tar = open(archive)) {
      TarArchiveEntry entry = tar.getNextEntry();
      while (entry != null) {
        names.add(entry.getName());
        entry = tar.getNextEntry();
      }
    }
    return names;
  }

  private static String cut(String name) {
    return name.substring(0, name.length() - 1);
  }

  private static TarArchiveInputStream open(byte[] archive) {
    return new TarArchiveInputStream(new ByteArrayInputStream(archive), ISO_8859_1.name());
  }
}
