// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import io.rktj.pod.PodLayout;
import io.rktj.pod.PodStateException;
import io.rktj.spec.AcName;
import io.rktj.spec.archive.ChangedTree;
import io.rktj.spec.archive.Compression;
import io.rktj.spec.archive.ImageBuilder;
import io.rktj.spec.json.ImageManifestJson;
import io.rktj.spec.manifest.ImageManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Packs what an app of a virtual machine has left of its image: the machine has told that when it
 * ended, and is not believed. Nothing is unpacked, and the image is read back under every rule.
 */
public final class MachineExport {
  private final PodLayout pod;
  private final AcName app;
  private final Path lower;

  /**
   * Of one app of one pod.
   *
   * @param lower the root file system that the app began with
   */
  public MachineExport(PodLayout pod, AcName app, Path lower) {
    this.pod = pod;
    this.app = app;
    this.lower = lower;
  }

  /**
   * Writes the image to {@code output}, which appears whole or not at all.
   *
   * @throws java.nio.file.FileAlreadyExistsException if it exists and must not be replaced
   */
  public void write(Path output, boolean overwrite) throws IOException {
    Path changes = pod.left(app);
    if (!Files.isRegularFile(changes)) {
      throw new PodStateException(
          "what app \""
              + app
              + "\" wrote was lost: its virtual machine was killed, or had no room to tell it",
          "rkt stop without --force lets a machine tell what its apps have written");
    }
    Path manifest = pod.appInfoManifest(app);
    ImageManifest image = ImageManifestJson.read(Files.readAllBytes(manifest), manifest.toString());
    ImageBuilder.build(
        image,
        new ChangedTree(lower, changes),
        output,
        new ImageBuilder.Options(false, Compression.GZIP, overwrite));
  }
}
