// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.kvm;

import io.rktj.spec.archive.ArchiveLimits;
import io.rktj.spec.archive.Compression;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * A kernel as distributions ship it, turned into what the machine starts without a boot loader: the
 * uncompressed ELF file inside a boot image (the kernel's {@code Documentation/arch/x86/boot}).
 */
final class KernelFile {
  private static final int MAGIC_AT = 0x202;
  private static final int MAGIC = 0x53726448; // "HdrS"
  private static final int SECTOR = 512;

  private KernelFile() {}

  /** The ELF kernel in {@code file}, itself one or a boot image. */
  static byte[] uncompressed(byte[] file) throws IOException {
    if (isElf(file)) {
      return file;
    }
    if (file.length < 0x250 || Bits.number(file, MAGIC_AT) != MAGIC) {
      throw new IOException("neither an ELF file nor a boot image");
    }
    int sectors = file[0x1f1] == 0 ? 4 : file[0x1f1] & 0xff;
    int start = (sectors + 1) * SECTOR + Bits.number(file, 0x248);
    int end = start + Bits.number(file, 0x24c);
    if (start < 0 || end > file.length || end - start < SECTOR) {
      throw new IOException("the boot image is cut short");
    }
    byte[] kernel = payload(file, start, end);
    if (!isElf(kernel)) {
      throw new IOException("the boot image holds no ELF file");
    }
    return kernel;
  }

  private static byte[] payload(byte[] file, int start, int end) throws IOException {
    if (Bits.number(file, start) == Lz4.MAGIC) {
      return Lz4.decompress(file, start, end);
    }
    byte[] packed = Arrays.copyOfRange(file, start, end - 4); // its size follows
    if (isElf(packed)) {
      return packed;
    }
    Optional<Compression> compression = Compression.detect(packed);
    if (compression.isEmpty()) {
      throw new IOException("the kernel is compressed in a way that is not known here");
    }
    InputStream in = new ByteArrayInputStream(packed);
    try (InputStream kernel = compression.get().decompress(in, ArchiveLimits.ofDefaults())) {
      return kernel.readAllBytes();
    }
  }

  private static boolean isElf(byte[] file) {
    return file.length > 64 && Bits.number(file, 0) == 0x464c457f;
  }
}
