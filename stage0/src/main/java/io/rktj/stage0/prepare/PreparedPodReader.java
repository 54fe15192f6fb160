// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.prepare;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.SmallFiles;
import io.rktj.pod.HostException;
import io.rktj.pod.IdRange;
import io.rktj.pod.LockedPod;
import io.rktj.pod.PodLayout;
import io.rktj.pod.PodStateException;
import io.rktj.spec.AcName;
import io.rktj.spec.MalformedException;
import io.rktj.spec.json.ImageManifestJson;
import io.rktj.spec.json.PodManifestJson;
import io.rktj.spec.manifest.App;
import io.rktj.spec.manifest.ImageManifest;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.spec.manifest.RuntimeApp;
import io.rktj.stage0.tree.RenderedTree;
import io.rktj.stage0.tree.TreeStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads again what a {@link PodPreparer} has left in the directory of a pod that was to be run
 * later. Images are not asked for: the pod's own copies of their manifests and the rendered trees
 * are all it takes, so a pod can be run whose images were removed meanwhile.
 */
public final class PreparedPodReader {
  private static final int LARGEST = 4 << 20;

  private final Kernel kernel;
  private final TreeStore trees;

  /** Reads with these. */
  public PreparedPodReader(Kernel kernel, TreeStore trees) {
    this.kernel = kernel;
    this.trees = trees;
  }

  /** The pod as it was prepared; its user ids are claimed anew. */
  public PreparedPod read(LockedPod pod) {
    PodLayout layout = pod.layout();
    boolean overlay = isThere(layout.overlayPrepared());
    PodManifest manifest =
        PodManifestJson.read(content(layout.manifest()), layout.manifest().toString());
    List<PreparedPod.Part> parts = new ArrayList<>(manifest.apps().size());
    for (int i = 0; i < manifest.apps().size(); i++) {
      parts.add(part(layout, manifest.apps().get(i), overlay));
    }
    IdRange users = IdRange.of(kernel, layout);
    if (!users.isNone()) {
      users = PodUsers.renew(kernel, layout, users);
    }
    return new PreparedPod(kernel, pod, manifest, parts, new PreparedPod.Kind(overlay, users));
  }

  private PreparedPod.Part part(PodLayout layout, RuntimeApp runtime, boolean overlay) {
    AcName name = runtime.name();
    Path file = layout.appInfoManifest(name);
    ImageManifest image = ImageManifestJson.read(content(file), file.toString());
    Optional<App> app = runtime.app().isPresent() ? runtime.app() : image.app();
    if (app.isEmpty()) {
      throw new MalformedException("no app section in the pod manifest or the image manifest");
    }
    if (!overlay) {
      // its own copy belongs to no tree; the name is the pod's alone
      String id = "copy-" + layout.uuid() + "-" + name.value();
      return new PreparedPod.Part(runtime, app.get(), image, id, "");
    }
    String id = new String(content(layout.appTreeStoreId(name)), UTF_8).strip();
    Optional<RenderedTree> tree = trees.byId(id);
    if (tree.isEmpty()) {
      throw new PodStateException(
          "tree \"" + id + "\" of app \"" + name + "\" is gone: the pod must be prepared again");
    }
    return new PreparedPod.Part(runtime, app.get(), image, id, tree.get().rootfs());
  }

  private boolean isThere(Path path) {
    try {
      kernel.statAt(Fd.AT_FDCWD, Kernel.path(path.toString()));
      return true;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw new HostException("cannot look at \"" + path + "\"", e);
    }
  }

  private byte[] content(Path path) {
    try {
      return SmallFiles.read(kernel, path.toString(), LARGEST);
    } catch (ErrnoException e) {
      throw new HostException("cannot read \"" + path + "\"", e);
    }
  }
}
