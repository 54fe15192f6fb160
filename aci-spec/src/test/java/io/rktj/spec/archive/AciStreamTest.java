// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.ImageId;
import io.rktj.spec.MalformedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AciStreamTest {
  private static final ArchiveLimits LIMITS = ArchiveLimits.ofDefaults();

  @AfterEach
  void leavesNoThread() {
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("inflate");
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void readsEveryCompression(Compression compression) throws Exception {
    byte[] tar = imageOf(1_200_000);
    byte[] compressed = compress(compression, tar);
    ByteArrayOutputStream tapped = new ByteArrayOutputStream();
    ByteArrayOutputStream copied = new ByteArrayOutputStream();
    ByteArrayOutputStream content = new ByteArrayOutputStream();

    AciSummary found =
        stream(compressed)
            .tap(tapped::write)
            .copyTo(copied)
            .visit((entry, in) -> in.transferTo(content))
            .run();

    assertThat(found.id()).isEqualTo(idOf(tar));
    assertThat(found.compression()).isEqualTo(compression);
    assertThat(found.sizes().compressedBytes()).isEqualTo(compressed.length);
    assertThat(found.tarSize()).isEqualTo(tar.length);
    assertThat(found.sizes().entries()).isEqualTo(2);
    assertThat(new String(found.manifest(), ISO_8859_1)).contains("example.com/app");
    assertThat(tapped.toByteArray()).isEqualTo(compressed);
    assertThat(copied.toByteArray()).isEqualTo(tar);
    assertThat(content.size()).isEqualTo(1_200_000);
  }

  @Test
  void readsMoreThanTheRingHolds() throws Exception {
    byte[] tar = imageOf(9_000_000);
    ByteArrayOutputStream copied = new ByteArrayOutputStream(tar.length);

    AciSummary found = stream(tar).copyTo(copied).run();

    assertThat(found.id()).isEqualTo(idOf(tar));
    assertThat(Arrays.equals(copied.toByteArray(), tar)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(value = Compression.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void refusesTruncatedData(Compression compression) throws Exception {
    byte[] compressed = compress(compression, imageOf(200_000));

    for (int length : new int[] {compressed.length - 1, compressed.length / 2, 600}) {
      assertThatThrownBy(() -> stream(Arrays.copyOf(compressed, length)).run())
          .isInstanceOf(MalformedException.class)
          .hasMessageStartingWith("cannot read image \"test.aci\": ");
    }
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void refusesForeignBytesBehindTheData(Compression compression) throws Exception {
    byte[] compressed = compress(compression, imageOf(1000));
    byte[] more = Arrays.copyOf(compressed, compressed.length + 512);
    Arrays.fill(more, compressed.length, more.length, (byte) 'x');

    assertThatThrownBy(() -> stream(more).run()).isInstanceOf(MalformedException.class);
  }

  @Test
  void readsSeveralGzipMembersAndPadding() throws Exception {
    byte[] tar = imageOf(100_000);
    ByteArrayOutputStream members = new ByteArrayOutputStream();
    members.writeBytes(compress(Compression.GZIP, Arrays.copyOf(tar, 700)));
    members.writeBytes(compress(Compression.GZIP, new byte[0]));
    members.writeBytes(compress(Compression.GZIP, Arrays.copyOfRange(tar, 700, tar.length)));
    members.writeBytes(new byte[100]);

    assertThat(stream(members.toByteArray()).run().id()).isEqualTo(idOf(tar));
  }

  @Test
  void readsAllPartsOfAGzipHeader() throws Exception {
    byte[] tar = imageOf(100);
    byte[] plain = compress(Compression.GZIP, tar);
    ByteArrayOutputStream full = new ByteArrayOutputStream();
    full.writeBytes(new byte[] {0x1f, (byte) 0x8b, 8, 4 + 8 + 16, 0, 0, 0, 0, 0, 3});
    full.writeBytes(new byte[] {2, 0, 'e', 'x', 'n', 0, 'c', 0});
    full.write(plain, 10, plain.length - 10);

    assertThat(stream(full.toByteArray()).run().id()).isEqualTo(idOf(tar));
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 4})
  void verifiesTheTrailerOfGzip(int fromEnd) throws Exception {
    byte[] compressed = compress(Compression.GZIP, imageOf(100));
    compressed[compressed.length - fromEnd] ^= 1;

    assertThatThrownBy(() -> stream(compressed).run())
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("does not match");
  }

  @Test
  void readsFromASourceThatGivesByteAfterByte() throws Exception {
    byte[] compressed = compress(Compression.GZIP, imageOf(5000));
    InputStream slow =
        new ByteArrayInputStream(compressed) {
          @Override
          public synchronized int read(byte[] bytes, int offset, int length) {
            return super.read(bytes, offset, Math.min(length, 1));
          }
        };

    assertThat(new AciStream(slow, "test.aci", LIMITS).run().sizes().entries()).isEqualTo(2);
  }

  @Test
  void refusesABombByItsRatio() throws Exception {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (OutputStream out = Compression.ZSTD.compress(bomb)) {
      out.write(RawTar.image().bytes());
      out.write(new RawTar.Header("rootfs/zero", '0').size(128 << 20).block());
      for (int i = 0; i < 128; i++) {
        out.write(new byte[1 << 20]);
      }
      out.write(new byte[1024]);
    }

    assertThatThrownBy(() -> stream(bomb.toByteArray()).run())
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("expands more than 1000 times");
  }

  @Test
  void refusesATarBeyondTheTotal() throws Exception {
    byte[] compressed = compress(Compression.GZIP, imageOf(2_000_000));

    assertThatThrownBy(
            () ->
                new AciStream(
                        new ByteArrayInputStream(compressed),
                        "test.aci",
                        LIMITS.withTotalBytes(1_000_000))
                    .run())
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("exceeds 1000000 bytes");
  }

  @Test
  void refusesAnXzDictionaryBeyondTheLimit() throws Exception {
    byte[] compressed = compress(Compression.XZ, imageOf(100));
    ArchiveLimits narrow =
        new ArchiveLimits(4096, 4096, 4096, 9, 9, 9, 9999, 9999, 9, 9999, 999, 1 << 20);

    assertThatThrownBy(
            () -> new AciStream(new ByteArrayInputStream(compressed), "test.aci", narrow).run())
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("cannot read image \"test.aci\": xz: ")
        .hasMessageContaining("memory");
  }

  @Test
  void passesAFailureOfTheSourceOn() throws Exception {
    byte[] compressed = compress(Compression.GZIP, imageOf(2_000_000));
    IOException failure = new IOException("connection reset");
    InputStream broken =
        new SequenceInputStream(
            new ByteArrayInputStream(compressed, 0, compressed.length / 2), failing(failure));

    assertThatThrownBy(() -> new AciStream(broken, "test.aci", LIMITS).run()).isSameAs(failure);
  }

  @Test
  void passesAFailureOfTheTapOn() throws Exception {
    IllegalStateException failure = new IllegalStateException("tap");

    assertThatThrownBy(
            () ->
                stream(compress(Compression.GZIP, imageOf(10)))
                    .tap(
                        (bytes, offset, length) -> {
                          throw failure;
                        })
                    .run())
        .isSameAs(failure);
  }

  @Test
  void passesAFailureOfTheVisitorOnWhileTheSourceIsLong() throws Exception {
    IOException failure = new IOException("no space left");
    byte[] compressed = compress(Compression.GZIP, imageOf(6_000_000));

    assertThatThrownBy(
            () ->
                stream(compressed)
                    .visit(
                        (entry, content) -> {
                          throw failure;
                        })
                    .run())
        .isSameAs(failure);
  }

  @Test
  void endsWhenTheVisitorFailsWhileTheSourceIsSilent() throws Exception {
    byte[] tar = imageOf(1_000_000);
    SilentStream silent = new SilentStream(tar, 600_000);

    assertThatThrownBy(
            () ->
                new AciStream(silent, "test.aci", LIMITS)
                    .copyTo(
                        new OutputStream() {
                          @Override
                          public void write(int b) throws IOException {
                            throw new IOException("no space left");
                          }
                        })
                    .run())
        .isInstanceOf(IOException.class)
        .hasMessage("no space left");
    assertThat(silent.closed.getCount()).isZero();
  }

  @Test
  void closesItsSource() throws Exception {
    AtomicBoolean closed = new AtomicBoolean();
    InputStream source =
        new ByteArrayInputStream(imageOf(10)) {
          @Override
          public void close() {
            closed.set(true);
          }
        };

    assertThat(new AciStream(source, "test.aci", LIMITS).run().sizes().entries()).isEqualTo(2);

    assertThat(closed).isTrue();
  }

  private static byte[] imageOf(int contentBytes) {
    byte[] noise = new byte[contentBytes];
    new Random(7).nextBytes(noise);
    return RawTar.image().file("rootfs/noise", new String(noise, ISO_8859_1)).end();
  }

  private static byte[] compress(Compression compression, byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream compressed = compression.compress(out)) {
      compressed.write(bytes);
    }
    return out.toByteArray();
  }

  private static AciStream stream(byte[] bytes) {
    return new AciStream(new ByteArrayInputStream(bytes), "test.aci", LIMITS);
  }

  private static ImageId idOf(byte[] tar) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-512").digest(tar);
    return ImageId.parse("sha512-" + HexFormat.of().formatHex(digest));
  }

  private static InputStream failing(IOException failure) {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        throw failure;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        throw failure;
      }
    };
  }

  /** Gives a part and then waits until it is closed, as a connection would. */
  private static final class SilentStream extends InputStream {
    private final InputStream part;
    private final CountDownLatch closed = new CountDownLatch(1);

    SilentStream(byte[] bytes, int length) {
      part = new ByteArrayInputStream(bytes, 0, length);
    }

    @Override
    public int read() {
      throw new AssertionError("nobody reads single bytes here");
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int taken = part.read(bytes, offset, length);
      boolean interrupted = false;
      while (taken < 0 && closed.getCount() > 0) {
        try {
          closed.await(); // deaf to interrupts, as reading from a socket is
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      return taken;
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }
}
