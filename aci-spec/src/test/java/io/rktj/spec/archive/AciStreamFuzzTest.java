// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.spec.MalformedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Damaged archives are read or refused; nothing else comes out, and soon. */
class AciStreamFuzzTest {
  private static final long SEED = 20261123;
  private static final long NANOS = 400_000_000;

  @ParameterizedTest
  @EnumSource(Compression.class)
  void damageIsReadOrRefused(Compression compression) throws IOException {
    byte[] good = archive(compression);
    assertThat(read(good)).as("the undamaged archive is accepted").isTrue();
    Random random = new Random(SEED);
    long end = System.nanoTime() + NANOS;
    int rounds = 0;
    while (System.nanoTime() - end < 0 && rounds < 20_000) {
      byte[] bad = damage(good, random);
      rounds++;
      try {
        read(bad);
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + SEED + ", round " + rounds, e);
      }
    }
    assertThat(rounds).isPositive();
  }

  /** Whether the archive is accepted. */
  private static boolean read(byte[] archive) throws IOException {
    try {
      new AciStream(
              new ByteArrayInputStream(archive),
              "fuzz",
              ArchiveLimits.ofDefaults().withTotalBytes(4 << 20))
          .visit((entry, content) -> content.readAllBytes())
          .run();
      return true;
    } catch (MalformedException e) {
      assertThat(e).hasMessageStartingWith("cannot read image \"fuzz\": ");
      return false;
    }
  }

  private static byte[] damage(byte[] good, Random random) {
    byte[] bad = good.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(bad.length);
      bad[at] =
          random.nextBoolean()
              ? (byte) random.nextInt()
              : (byte) (bad[at] ^ 1 << random.nextInt(8));
    }
    if (random.nextInt(8) == 0) {
      return Arrays.copyOf(bad, random.nextInt(bad.length));
    }
    return random.nextBoolean() ? repairSums(bad) : bad;
  }

  /** Gives the blocks of an uncompressed tar right sums again, so that damage gets further in. */
  private static byte[] repairSums(byte[] tar) {
    for (int at = 0; at + 512 <= tar.length; at += 512) {
      boolean header = tar[at + 257] == 'u' && tar[at + 258] == 's' && tar[at + 259] == 't';
      if (header) {
        int sum = 8 * ' ';
        for (int i = 0; i < 512; i++) {
          sum += i >= 148 && i < 156 ? 0 : tar[at + i] & 0xff;
        }
        String digits = Integer.toOctalString(sum);
        String field = "0".repeat(6 - digits.length()) + digits + "\0 ";
        for (int i = 0; i < 8; i++) {
          tar[at + 148 + i] = (byte) field.charAt(i);
        }
      }
    }
    return tar;
  }

  private static byte[] archive(Compression compression) throws IOException {
    byte[] tar =
        RawTar.image()
            .directory("rootfs/d/")
            .pax("path", "rootfs/d/" + "n".repeat(120), "mtime", "1.5", "SCHILY.xattr.user.a", "b")
            .file("x", "hello")
            .extension('L', "rootfs/" + "m".repeat(120) + "\0")
            .file("x", "abc")
            .symlink("rootfs/s", "../x")
            .pax("GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.realsize", "5000")
            .file("rootfs/sparse", "2\n10\n3\n5000\n0\n" + "\0".repeat(498) + "abc")
            .hardLink("rootfs/h", "rootfs/sparse")
            .device('3', "rootfs/null", 1, 3)
            .end();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream compressed = compression.compress(out)) {
      compressed.write(tar);
    }
    return out.toByteArray();
  }
}
