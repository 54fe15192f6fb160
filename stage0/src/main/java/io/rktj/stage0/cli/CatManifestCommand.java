// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.pod.HostException;
import io.rktj.pod.Pod;
import io.rktj.spec.json.JsonReader;
import io.rktj.spec.json.JsonWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code rkt cat-manifest} ({@code spec/rkt-cli.md} section 4.12). */
final class CatManifestCommand implements CommandBody {
  @Override
  public int call(Invocation invocation) {
    String file = invocation.flags().text("uuid-file", "");
    if (file.isEmpty() && invocation.arguments().size() != 1) {
      return invocation.misused("must provide one pod, by UUID or --uuid-file");
    }
    Session session = Session.open(invocation);
    String uuid = file.isEmpty() ? invocation.arguments().get(0) : session.uuidFromFile(file);
    Pod pod = session.pods().find(uuid);
    Path manifest = pod.layout().manifest();
    try {
      invocation
          .output()
          .json(laidOut(Files.readAllBytes(manifest), manifest.toString(), invocation.flags()));
    } catch (IOException e) {
      throw new HostException("cannot read \"" + manifest + "\"", e);
    }
    return ExitCode.DONE.status();
  }

  /** A manifest on one line, or indented by tabs. */
  static String laidOut(byte[] manifest, String subject, FlagValues flags) {
    return flags.isOn("pretty-print", true)
        ? JsonWriter.pretty(JsonReader.parse(manifest, subject), "\t")
        : JsonWriter.compact(JsonReader.parse(manifest, subject));
  }
}
