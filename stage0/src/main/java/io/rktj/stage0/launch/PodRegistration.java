// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import io.rktj.linux.AtomicFile;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.linux.SmallFiles;
import io.rktj.pod.HostException;
import io.rktj.pod.PodLayout;
import io.rktj.spec.AcName;
import io.rktj.spec.Uuid;
import io.rktj.spec.manifest.RuntimeApp;
import io.rktj.stage0.metadata.MetadataRegistration;
import io.rktj.stage0.prepare.PreparedPod;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * A pod's place in the metadata service. The file {@code mds-registered} in the pod's directory
 * says that it may have one, and holds its token; it is written before the service hears of the
 * pod, so that whoever removes the pod takes it off in any case.
 */
final class PodRegistration {
  private static final int LARGEST = 4 << 20;
  private static final int TOKEN_BYTES = 16;
  private static final int MODE = 0600;

  private final Kernel kernel;
  private final MetadataRegistration service;

  PodRegistration(Kernel kernel, Path socket) {
    this.kernel = kernel;
    service = new MetadataRegistration(socket);
  }

  /** Registers a pod with all its apps; returns the token that its apps are to ask with. */
  String register(PreparedPod pod) {
    PodLayout layout = pod.layout();
    String marker = layout.metadataRegistered().toString();
    byte[] random = new byte[TOKEN_BYTES];
    String token;
    try {
      kernel.random(random);
      token = HexFormat.of().formatHex(random);
      AtomicFile.write(kernel, marker, token.getBytes(StandardCharsets.US_ASCII), MODE);
    } catch (ErrnoException e) {
      throw new HostException("cannot write \"" + marker + "\"", e);
    }
    service.pod(pod.uuid(), token, read(layout.manifest()));
    for (RuntimeApp app : pod.manifest().apps()) {
      addImage(pod.uuid(), layout, app.name());
    }
    return token;
  }

  /** Tells of an app that has come to a registered pod, whose manifest has it already. */
  void add(Uuid uuid, PodLayout layout, AcName app) {
    String token = new String(read(layout.metadataRegistered()), StandardCharsets.US_ASCII).strip();
    service.pod(uuid, token, read(layout.manifest()));
    addImage(uuid, layout, app);
  }

  /** Takes the pod off. */
  void remove(Uuid uuid) {
    service.remove(uuid);
  }

  private void addImage(Uuid uuid, PodLayout layout, AcName app) {
    service.app(uuid, app, read(layout.appInfoManifest(app)));
  }

  private byte[] read(Path file) {
    try {
      return SmallFiles.read(kernel, file.toString(), LARGEST);
    } catch (ErrnoException e) {
      throw new HostException("cannot read \"" + file + "\"", e);
    }
  }
}
