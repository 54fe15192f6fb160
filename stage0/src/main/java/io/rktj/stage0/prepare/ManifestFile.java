// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.prepare;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.linux.SmallFiles;
import io.rktj.pod.HostException;
import io.rktj.spec.MalformedException;
import io.rktj.spec.json.JsonReader;
import io.rktj.spec.json.PodManifestJson;
import io.rktj.spec.manifest.PodManifest;
import java.nio.file.Path;

/** A pod manifest that the user has written ({@code --pod-manifest}), kept byte for byte. */
public final class ManifestFile {
  private final byte[] bytes;
  private final PodManifest manifest;

  private ManifestFile(byte[] bytes, PodManifest manifest) {
    this.bytes = bytes;
    this.manifest = manifest;
  }

  /** Reads and checks {@code file}. */
  public static ManifestFile read(Kernel kernel, Path file) {
    byte[] bytes;
    try {
      bytes = SmallFiles.read(kernel, file.toString(), JsonReader.MAX_DOCUMENT);
    } catch (ErrnoException e) {
      throw new HostException("cannot read pod manifest \"" + file + "\"", e);
    }
    PodManifest manifest = PodManifestJson.read(bytes, file.toString());
    if (manifest.apps().isEmpty()) {
      throw new MalformedException("pod must contain at least one application");
    }
    return new ManifestFile(bytes, manifest);
  }

  /** What it says. */
  public PodManifest manifest() {
    return manifest;
  }

  byte[] bytes() {
    return bytes;
  }
}
