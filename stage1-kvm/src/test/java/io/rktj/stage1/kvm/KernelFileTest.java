// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KernelFileTest {
  @Test
  void takesAnElfFileAsItIs() throws IOException {
    byte[] elf = elf(100);

    assertThat(KernelFile.uncompressed(elf)).isSameAs(elf);
  }

  @Test
  void findsTheElfFileInABootImagePackedWithLz4() throws IOException {
    byte[] elf = elf(2000);

    assertThat(KernelFile.uncompressed(bootImage(lz4(elf)))).isEqualTo(elf);
  }

  @Test
  void refusesWhatIsNoKernel() {
    assertThatThrownBy(() -> KernelFile.uncompressed("hello".getBytes(US_ASCII)))
        .isInstanceOf(IOException.class)
        .hasMessage("neither an ELF file nor a boot image");
    assertThatThrownBy(() -> KernelFile.uncompressed(bootImage(new byte[600])))
        .hasMessageContaining("not known here");
  }

  @Test
  void copiesOfEarlierBytesMayOverlapThemselves() throws IOException {
    // four letters, then twelve more from four back, then one letter
    byte[] block = {(byte) 0x48, 'a', 'b', 'c', 'd', 4, 0, 0x10, 'e'};

    assertThat(new String(Lz4.decompress(frame(block), 0, 8 + block.length), US_ASCII))
        .isEqualTo("abcdabcdabcdabcde");
  }

  @Test
  void damagedDataNeverEndsInAnythingButAnIoException() throws IOException {
    Random random = new Random(3);
    byte[] good = lz4(elf(3000));
    for (int round = 0; round < 2000; round++) {
      byte[] bad = good.clone();
      for (int i = 0; i < 4; i++) {
        bad[8 + random.nextInt(bad.length - 8)] = (byte) random.nextInt();
      }
      try {
        assertThat(Lz4.decompress(bad, 0, bad.length).length).isLessThanOrEqualTo(8 << 20);
      } catch (IOException e) {
        assertThat(e).hasMessage("the LZ4 data is damaged");
      }
    }
  }

  private static byte[] elf(int size) {
    byte[] elf = new byte[size];
    new Random(size).nextBytes(elf);
    System.arraycopy(new byte[] {0x7f, 'E', 'L', 'F'}, 0, elf, 0, 4);
    return elf;
  }

  /** Nothing but literals: the simplest block there is. */
  private static byte[] lz4(byte[] content) {
    ByteBuffer block = ByteBuffer.allocate(content.length + content.length / 255 + 16);
    block.put((byte) 0xf0);
    int left = content.length - 15;
    for (; left >= 255; left -= 255) {
      block.put((byte) 255);
    }
    block.put((byte) left).put(content);
    return frame(Arrays.copyOf(block.array(), block.position()));
  }

  private static byte[] frame(byte[] block) {
    return ByteBuffer.allocate(8 + block.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(Lz4.MAGIC)
        .putInt(block.length)
        .put(block)
        .array();
  }

  private static byte[] bootImage(byte[] payload) {
    ByteBuffer image =
        ByteBuffer.allocate(1024 + payload.length + 4).order(ByteOrder.LITTLE_ENDIAN);
    image.put(0x1f1, (byte) 1);
    image.putInt(0x202, 0x53726448);
    image.putInt(0x248, 0);
    image.putInt(0x24c, payload.length + 4);
    image.position(1024);
    return image.put(payload).array();
  }
}
