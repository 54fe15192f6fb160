// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import io.airlift.compress.zstd.ZstdInputStream;
import io.airlift.compress.zstd.ZstdOutputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZInputStream;
import org.tukaani.xz.XZOutputStream;

/**
 * How the tar of an image is compressed, told by the first bytes and never by a name (appc spec,
 * image archives). All of it happens in this process: no program is started.
 */
public enum Compression {
  /** Not at all. */
  NONE,
  /** gzip, several members allowed. */
  GZIP,
  /** bzip2, several streams allowed. */
  BZIP2,
  /** xz, several streams allowed. */
  XZ,
  /** zstd with a window of at most 8 MiB; not in the appc specification. */
  ZSTD;

  /** How many bytes of the beginning {@link #detect} wants to see. */
  public static final int PROBE_BYTES = 512;

  private static final int CHUNK = 64 * 1024;
  private static final int TAR_MAGIC_OFFSET = 257;

  /**
   * Finds out how {@code head}, the first 512 bytes or all there are, is compressed, if it is an
   * image at all.
   */
  public static Optional<Compression> detect(byte[] head) {
    if (starts(head, 0, 0x1f, 0x8b)) {
      return Optional.of(GZIP);
    }
    if (starts(head, 0, 'B', 'Z', 'h')) {
      return Optional.of(BZIP2);
    }
    if (starts(head, 0, 0xfd, '7', 'z', 'X', 'Z', 0)) {
      return Optional.of(XZ);
    }
    if (starts(head, 0, 0x28, 0xb5, 0x2f, 0xfd)) {
      return Optional.of(ZSTD);
    }
    if (starts(head, TAR_MAGIC_OFFSET, 'u', 's', 't', 'a', 'r')) {
      return Optional.of(NONE);
    }
    return Optional.empty();
  }

  /**
   * Decompresses {@code in} up to its last byte; what does not belong to the compressed data is an
   * {@link IOException}, as is a dictionary beyond {@link ArchiveLimits#decoderBytes}.
   */
  public InputStream decompress(InputStream in, ArchiveLimits limits) throws IOException {
    int kib = (int) Math.min(Integer.MAX_VALUE, limits.decoderBytes() / 1024);
    return switch (this) {
      case NONE -> in;
      case GZIP -> new GzipStream(in, CHUNK);
      case BZIP2 -> new BZip2CompressorInputStream(new BufferedInputStream(in, CHUNK), true);
      case XZ -> new XZInputStream(new BufferedInputStream(in, CHUNK), kib);
      case ZSTD -> new ZstdInputStream(in);
    };
  }

  /** Compresses what is written; closing ends the compressed data and closes {@code out}. */
  public OutputStream compress(OutputStream out) throws IOException {
    return switch (this) {
      case NONE -> out;
      case GZIP -> new GZIPOutputStream(out, CHUNK);
      case BZIP2 -> new BZip2CompressorOutputStream(out);
      case XZ -> new XZOutputStream(out, new LZMA2Options());
      case ZSTD -> new ZstdOutputStream(out);
    };
  }

  private static boolean starts(byte[] head, int offset, int... magic) {
    if (head.length < offset + magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((head[offset + i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }
}
