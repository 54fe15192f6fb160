// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.linux.DirectoryLock;
import io.rktj.pod.HostException;
import io.rktj.spec.ImageIdPrefix;
import io.rktj.spec.discovery.ImageRef;
import io.rktj.stage0.images.ImageLookup;
import io.rktj.stage0.images.PullOptions;
import io.rktj.stage0.images.PullPolicy;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.store.StoredImage;
import io.rktj.stage0.tree.ImageTree;
import io.rktj.stage0.tree.TreeOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * {@code rkt image render} and {@code rkt image extract} ({@code spec/rkt-cli.md} section 4.17): an
 * image's files in a directory of the user's, with those it depends on or without them.
 */
final class ImageRenderCommand implements CommandBody {
  private final boolean whole;

  /**
   * A command that writes out images.
   *
   * @param whole whether the images beneath belong to it
   */
  ImageRenderCommand(boolean whole) {
    this.whole = whole;
  }

  @Override
  public int call(Invocation invocation) {
    if (invocation.arguments().size() != 2) {
      return invocation.misused("must provide an image and an output directory");
    }
    Session session = Session.open(invocation);
    DirectoryLock removalsWait = session.prepareLock(false);
    try {
      write(invocation, session);
    } finally {
      removalsWait.close();
    }
    return ExitCode.DONE.status();
  }

  private void write(Invocation invocation, Session session) {
    ImageStore store = session.images();
    StoredImage image = new ImageLookup(store).find(invocation.arguments().get(0));
    boolean overwrite = invocation.flags().isOn("overwrite");
    try (OutputTarget target =
        OutputTarget.directory(session, invocation.arguments().get(1), overwrite)) {
      Path rootfs = target.work();
      if (!invocation.flags().isOn("rootfs-only")) {
        writeManifest(image, target.work());
        rootfs = rootfs.resolve("rootfs");
      }
      TreeOutput output = new TreeOutput(store, session.kernel());
      if (whole) {
        output.render(tree(invocation, session, store, image), rootfs);
      } else {
        output.extract(image, rootfs);
      }
      store.touch(image);
      target.publish();
    }
  }

  /** The image with those beneath, all of the store: nothing is run, so nothing need be waived. */
  private static ImageTree tree(
      Invocation invocation, Session session, ImageStore store, StoredImage image) {
    PullOptions options = PodWorkshop.pullOptions(invocation, PullPolicy.NEVER, Optional.empty());
    try (RemoteAccess remotes = new RemoteAccess(invocation, session)) {
      return session
          .resolver(store, session.trees(store), remotes)
          .resolve(
              new ImageRef.ByHash(ImageIdPrefix.parse(image.id().toString())),
              options.unverifiedToo());
    }
  }

  private void writeManifest(StoredImage image, Path directory) {
    Path manifest = directory.resolve("manifest");
    try {
      Files.createDirectory(directory);
      Files.write(manifest, image.manifestBytes());
      Files.setPosixFilePermissions(
          manifest, PosixFilePermissions.fromString(whole ? "rwx------" : "rw-r--r--"));
    } catch (IOException e) {
      throw new HostException("cannot write \"" + manifest + "\"", e);
    }
  }
}
