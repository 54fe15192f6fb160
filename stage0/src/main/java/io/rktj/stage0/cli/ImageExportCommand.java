// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.pod.HostException;
import io.rktj.stage0.images.ImageLookup;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.store.StoredImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;

/**
 * {@code rkt image export} ({@code spec/rkt-cli.md} section 4.17): an image as an uncompressed
 * archive, hashed on the way, so that what is written is what was stored.
 */
final class ImageExportCommand implements CommandBody {
  @Override
  public int call(Invocation invocation) {
    if (invocation.arguments().size() != 2) {
      return invocation.misused("must provide an image and an output file");
    }
    Session session = Session.open(invocation);
    ImageStore store = session.images();
    StoredImage image = new ImageLookup(store).find(invocation.arguments().get(0));
    String name = invocation.arguments().get(1);
    boolean overwrite = invocation.flags().isOn("overwrite");
    try (OutputTarget target =
        OutputTarget.file(session, name, overwrite, "output ACI file exists (try --overwrite)")) {
      try (OutputStream out = Files.newOutputStream(target.work())) {
        store.copy(image, out);
      } catch (IOException e) {
        throw new HostException("cannot write \"" + name + "\"", e);
      }
      store.touch(image);
      target.publish();
    }
    return ExitCode.DONE.status();
  }
}
