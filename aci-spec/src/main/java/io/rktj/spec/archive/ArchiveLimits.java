// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

/**
 * How much an archive may ask for before it is refused. Bytes of content are counted as they would
 * lie on a disk, holes included, so a small archive cannot promise a large tree unnoticed.
 *
 * @param headerBytes longest extended (PAX) header or long name record
 * @param nameBytes longest name of an entry
 * @param linkBytes longest target of a link
 * @param sparseChunks most pieces of a file with holes
 * @param entries most entries, extension records included
 * @param depth most components of a name
 * @param nameTableBytes most bytes of all names together, which are held to find duplicates
 * @param totalBytes most bytes of the tar, and of the content it expands to
 * @param ratio most expanded bytes for one byte read, once {@code ratioFloorBytes} are passed
 * @param ratioFloorBytes what may be expanded whatever the ratio
 * @param manifestBytes longest manifest
 * @param decoderBytes most memory a decompressor may take for its dictionary
 */
public record ArchiveLimits(
    int headerBytes,
    int nameBytes,
    int linkBytes,
    int sparseChunks,
    long entries,
    int depth,
    long nameTableBytes,
    long totalBytes,
    long ratio,
    long ratioFloorBytes,
    int manifestBytes,
    long decoderBytes) {
  private static final int MIB = 1024 * 1024;

  /** The limits that hold unless somebody says otherwise. */
  public static ArchiveLimits ofDefaults() {
    return new ArchiveLimits(
        MIB,
        4096,
        4096,
        65536,
        1_000_000,
        1024,
        128L * MIB,
        32L * 1024 * MIB,
        1000,
        64L * MIB,
        4 * MIB,
        128L * MIB);
  }

  /** The same limits but for the total of bytes. */
  public ArchiveLimits withTotalBytes(long bytes) {
    return new ArchiveLimits(
        headerBytes,
        nameBytes,
        linkBytes,
        sparseChunks,
        entries,
        depth,
        nameTableBytes,
        bytes,
        ratio,
        ratioFloorBytes,
        manifestBytes,
        decoderBytes);
  }

  /** The same limits but for the number of entries. */
  public ArchiveLimits withEntries(long count) {
    return new ArchiveLimits(
        headerBytes,
        nameBytes,
        linkBytes,
        sparseChunks,
        count,
        depth,
        nameTableBytes,
        totalBytes,
        ratio,
        ratioFloorBytes,
        manifestBytes,
        decoderBytes);
  }
}
