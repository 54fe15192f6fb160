// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rktj.spec.MalformedException;
import io.rktj.spec.archive.RawTar.Header;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever archive we and GNU tar both accept holds the same names and the same content. */
class GnuTarDifferentialTest {
  private static final long SEED = 47;
  private static final int ARCHIVES = 150;

  @TempDir Path directory;

  @BeforeEach
  void needsGnuTar() {
    boolean found = false;
    for (String place : System.getenv("PATH").split(":", -1)) {
      found |= Files.isExecutable(Path.of(place, "tar"));
    }
    assumeTrue(found, "GNU tar is not installed");
  }

  @Test
  void bothReadersFindTheSame() throws Exception {
    Random random = new Random(SEED);
    int compared = 0;
    for (int round = 0; round < ARCHIVES; round++) {
      byte[] archive = archive(random);
      Listing ours = new Listing();
      try {
        new AciStream(new ByteArrayInputStream(archive), "test", ArchiveLimits.ofDefaults())
            .visit(ours)
            .run();
      } catch (MalformedException e) {
        continue;
      }
      Path file = Files.write(directory.resolve("a.tar"), archive);
      Path tree = Files.createDirectory(directory.resolve("tree" + round));
      List<String> names = new ArrayList<>();
      boolean listed = run(names, "tar", "-tPf", file.toString(), "--quoting-style=literal");
      boolean extracted =
          run(new ArrayList<>(), "tar", "-xf", file.toString(), "-C", tree.toString());
      if (listed && extracted) {
        compared++;
        Listing theirs = new Listing();
        ImageLayout.open(tree).walk(false, theirs);
        assertThat(ours.names).as("seed %d, archive %d", SEED, round).isEqualTo(names);
        assertThat(ours.files).as("seed %d, archive %d", SEED, round).isEqualTo(theirs.files);
      }
    }
    assertThat(compared).as("archives both accept").isGreaterThan(ARCHIVES / 4);
  }

  private static byte[] archive(Random random) {
    RawTar tar = RawTar.image();
    int entries = 1 + random.nextInt(8);
    for (int i = 0; i < entries; i++) {
      add(tar, "rootfs/" + i, random);
    }
    byte[] bytes = tar.end();
    if (random.nextInt(3) == 0) {
      damage(bytes, random);
    }
    return bytes;
  }

  private static void add(RawTar tar, String name, Random random) {
    String content = "c".repeat(random.nextInt(1500));
    String longName = name + "n".repeat(100 + random.nextInt(100));
    switch (random.nextInt(10)) {
      case 0 -> tar.directory(name + "/");
      case 1 -> tar.symlink(name, "../" + name);
      case 2 -> tar.pax("path", longName, "mtime", "1.5").file("x", content);
      case 3 -> tar.extension('L', longName + "\0").file("x", content);
      case 4 -> tar.pax("size", Integer.toString(content.length())).file(name, content);
      case 5 -> tar.global("comment", "c").file("./" + name, content);
      case 6 ->
          tar.pax(
                  "GNU.sparse.size",
                  "6000",
                  "GNU.sparse.name",
                  name,
                  "GNU.sparse.numblocks",
                  "3",
                  "GNU.sparse.map",
                  "1024,512,5000,3,6000,0")
              .file("x", "s".repeat(512) + "end");
      case 7 ->
          tar.pax(
                  "GNU.sparse.major",
                  "1",
                  "GNU.sparse.minor",
                  "0",
                  "GNU.sparse.realsize",
                  "900",
                  "GNU.sparse.name",
                  name)
              .file("x", "2\n100\n5\n900\n0\n" + "\0".repeat(512 - 14) + "piece");
      case 8 ->
          tar.entry(
              new Header(name, 'S')
                  .size(5)
                  .text(257, "ustar  \0")
                  .octal(386, 12, 512)
                  .octal(398, 12, 5)
                  .octal(410, 12, 2000)
                  .octal(422, 12, 0)
                  .octal(483, 12, 2000),
              "piece");
      default -> tar.file(name + "\u00e9\u00ff", content);
    }
  }

  /** Changes bytes anywhere, and mends the sums of headers. */
  private static void damage(byte[] archive, Random random) {
    for (int i = 0; i < 3; i++) {
      archive[random.nextInt(archive.length)] = (byte) ('0' + random.nextInt(8));
    }
    for (int at = 0; at + 512 <= archive.length; at += 512) {
      if (archive[at + 257] == 'u' && archive[at + 258] == 's') {
        int sum = 8 * ' ';
        for (int i = 0; i < 512; i++) {
          sum += i >= 148 && i < 156 ? 0 : archive[at + i] & 0xff;
        }
        byte[] digits = ("0" + Integer.toOctalString(sum) + "\0 ").getBytes(ISO_8859_1);
        System.arraycopy(digits, 0, archive, at + 148, Math.min(digits.length, 8));
      }
    }
  }

  /** Runs a program and adds the names it prints; whether all went well and without a warning. */
  private boolean run(List<String> names, String... words)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().put("LC_ALL", "C");
    builder.redirectError(directory.resolve("stderr").toFile());
    Process process = builder.start();
    byte[] output = process.getInputStream().readAllBytes();
    for (String line : new String(output, ISO_8859_1).split("\n", -1)) {
      if (!line.isEmpty() && !line.equals("manifest")) {
        names.add(clean(line));
      }
    }
    return process.waitFor() == 0 && Files.size(directory.resolve("stderr")) == 0;
  }

  private static String clean(String name) {
    String clean = name.startsWith("./") ? name.substring(2) : name;
    return clean.endsWith("/") ? clean.substring(0, clean.length() - 1) : clean;
  }

  /** Names in order, and for each what lies under it. */
  private static final class Listing implements AciVisitor {
    private final List<String> names = new ArrayList<>();
    private final Map<String, String> files = new TreeMap<>();

    @Override
    public void visit(AciEntry entry, InputStream in) throws IOException {
      RawName name = RawName.of("rootfs").resolve(entry.name());
      names.add(new String(name.bytes(), ISO_8859_1));
      int content = Arrays.hashCode(in.readAllBytes());
      long time = entry.type() == EntryType.REGULAR ? entry.attributes().mtimeSeconds() : 0;
      String what = entry.type() + " " + entry.link() + " " + entry.size() + " " + content;
      files.put(name.toString(), what + " " + time);
      for (RawName up = name.parent(); !up.isEmpty(); up = up.parent()) {
        files.putIfAbsent(up.toString(), EntryType.DIRECTORY + "  0 1 0"); // made on the way
      }
    }
  }
}
