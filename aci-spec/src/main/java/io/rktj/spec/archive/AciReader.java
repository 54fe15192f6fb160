// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import io.rktj.spec.archive.TarReader.TarEntry;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Reads the uncompressed tar of an image entry by entry and refuses whatever breaks a rule of the
 * appc specification or of our own: this is the one tar reader of the whole program. Every failure
 * of the archive is a {@link io.rktj.spec.MalformedException} that names the image, the rule and
 * the entry; an {@link IOException} comes from the source alone.
 *
 * <p>Extended attributes: {@code user.*} but {@code user.overlay.*} is kept on regular files and
 * directories, {@code security.capability} on regular files; {@code trusted.*}, {@code
 * user.overlay.*} and names of no known family refuse the image; the rest of {@code security.*},
 * {@code system.*} (access control lists) and attributes of links, devices and pipes are dropped,
 * because they state another host's policy.
 */
public final class AciReader {
  private final TarReader tar;
  private final LayoutRules rules;
  private final ArchiveLimits limits;
  private final Refusal refusal;
  private byte[] manifest = new byte[0];
  private boolean hasManifest;

  /**
   * Reads {@code tar}, which stays the caller's to close, calling it {@code subject} in messages.
   */
  public AciReader(InputStream tar, ArchiveLimits limits, String subject) {
    this(tar, limits, new Refusal(subject), new Expansion(limits, new Refusal(subject)));
  }

  AciReader(InputStream tar, ArchiveLimits limits, Refusal refusal, Expansion expansion) {
    this.tar = new TarReader(tar, limits, refusal, expansion);
    this.rules = new LayoutRules(limits, refusal);
    this.limits = limits;
    this.refusal = refusal;
  }

  /**
   * The next entry at or below {@code rootfs}, or none when the archive has been read to its last
   * byte and found complete.
   */
  public Optional<AciEntry> next() throws IOException {
    Optional<TarEntry> found = tar.next();
    while (found.isPresent()) {
      Optional<AciEntry> entry = rules.check(found.get());
      if (entry.isPresent()) {
        return entry;
      }
      if (rules.isManifest()) {
        readManifest(found.get());
      }
      found = tar.next();
    }
    rules.checkComplete();
    return Optional.empty();
  }

  /** The content of the entry that {@link #next} has just answered, until it is called again. */
  public InputStream content() {
    return tar.content();
  }

  /** The manifest's bytes, whole once {@link #next} has answered that there are no more entries. */
  public byte[] manifest() {
    if (!hasManifest) {
      throw new IllegalStateException("manifest has not been read yet");
    }
    return manifest.clone();
  }

  private void readManifest(TarEntry entry) throws IOException {
    if (entry.size() > limits.manifestBytes()) {
      throw refusal.because(
          "manifest is longer than " + limits.manifestBytes() + " bytes", entry.name());
    }
    manifest = tar.content().readNBytes((int) entry.size());
    hasManifest = true;
  }
}
