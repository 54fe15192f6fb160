// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.actool;

import io.rktj.spec.SemVer;
import io.rktj.spec.archive.AciStream;
import io.rktj.spec.archive.AciSummary;
import io.rktj.spec.archive.ArchiveLimits;
import io.rktj.spec.json.ImageManifestJson;
import io.rktj.spec.manifest.ImageManifest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads manifests, checks them, and warns of old ones. */
final class Manifests {
  private final Terminal terminal;

  Manifests(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Reads a whole image under every rule. */
  AciSummary readImage(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new AciStream(in, file.toString(), ArchiveLimits.ofDefaults()).run();
    }
  }

  /** The manifest in {@code document}, which is valid; an old specification is only warned of. */
  ImageManifest check(byte[] document, String subject) {
    ImageManifest manifest = ImageManifestJson.read(document, subject);
    warnOfOld(manifest.acVersion(), subject);
    return manifest;
  }

  void warnOfOld(SemVer version, String subject) {
    if (version.hasLowerMajorThan(SemVer.APPC)) {
      terminal.complain(
          subject
              + ": warning: ACVersion too old. Found major version "
              + version.major()
              + ", expected "
              + SemVer.APPC.major());
    }
  }
}
