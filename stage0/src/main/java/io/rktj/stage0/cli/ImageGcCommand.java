// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.PodException;
import io.rktj.linux.DirectoryLock;
import io.rktj.pod.HostException;
import io.rktj.pod.Pod;
import io.rktj.pod.PodState;
import io.rktj.pod.PodStore;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.spec.manifest.RuntimeApp;
import io.rktj.stage0.fetch.PartialDownloads;
import io.rktj.stage0.launch.PodReporter;
import io.rktj.stage0.store.ImageListing;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.store.StoredImage;
import io.rktj.stage0.tree.TreeStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * {@code rkt image gc} ({@code spec/rkt-cli.md} section 4.17): trees that no pod uses, then images
 * that were not used for a while and that no running pod uses. Nobody prepares a pod meanwhile.
 */
final class ImageGcCommand implements CommandBody {
  private final Set<String> treesInUse = new HashSet<>();
  private final Set<String> imagesInUse = new HashSet<>();

  @Override
  public int call(Invocation invocation) {
    long grace = GoDuration.parseMillis(invocation.flags().text("grace-period", "24h"));
    Session session = Session.open(invocation);
    ImageStore store = session.images();
    try (DirectoryLock alone = session.prepareLock(true)) {
      look(session);
      removeTrees(invocation, session.trees(store));
      removeImages(invocation, store, grace);
      store.sweep();
      PartialDownloads.removeOlder(
          session.dataDirectory().resolve("cas").resolve("tmp"),
          Instant.ofEpochMilli(System.currentTimeMillis() - grace),
          session.kernel());
      return alone.isExclusive() ? ExitCode.DONE.status() : ExitCode.FAILED.status();
    }
  }

  /**
   * Notes what pods use; one that is started or marked meanwhile is read where it then is. A
   * running pod that cannot be read makes the whole command fail.
   */
  private void look(Session session) {
    PodReporter reporter = new PodReporter(session.kernel());
    PodStore pods = session.pods();
    for (Pod pod : pods.list()) {
      pods.read(pod, there -> look(reporter, there));
    }
  }

  /** Notes what one pod uses; true if it does anything. */
  private boolean look(PodReporter reporter, Pod pod) {
    text(pod.layout().stage1TreeStoreId()).ifPresent(treesInUse::add);
    for (Path app : appsOf(pod)) {
      text(app.resolve("treeStoreID")).ifPresent(treesInUse::add);
    }
    if (pod.state() != PodState.RUNNING) {
      return false;
    }
    Optional<PodManifest> manifest = reporter.manifest(pod);
    if (manifest.isPresent()) {
      for (RuntimeApp app : manifest.get().apps()) {
        imagesInUse.add(app.image().id().toString());
      }
    }
    return true;
  }

  /** What the pod keeps of each app, whatever its manifest says. */
  private static List<Path> appsOf(Pod pod) {
    Path apps = pod.layout().appsInfo();
    try (Stream<Path> found = Files.list(apps)) {
      return found.toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new HostException("cannot list \"" + apps + "\"", e);
    }
  }

  private static Optional<String> text(Path file) {
    try {
      return Optional.of(Files.readString(file).strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new HostException("cannot read \"" + file + "\"", e);
    }
  }

  private void removeTrees(Invocation invocation, TreeStore trees) {
    for (String id : trees.ids()) {
      if (!treesInUse.contains(id)) {
        trees.remove(id);
        invocation.say("removed treestore " + Quoted.of(id));
      }
    }
  }

  private void removeImages(Invocation invocation, ImageStore store, long graceMillis) {
    long limit = System.currentTimeMillis() - graceMillis;
    int removed = 0;
    ImageListing listing = store.list();
    for (StoredImage image : listing.images()) {
      if (image.lastUsedMillis() > limit || imagesInUse.contains(image.id().toString())) {
        continue;
      }
      try {
        store.remove(image);
        removed++;
        invocation.output().answer("successfully removed aci for image: \"" + image.id() + "\"");
      } catch (PodException e) {
        invocation.complain(e);
      }
    }
    if (removed > 0) {
      invocation.say(removed + " image(s) successfully removed");
    }
    invocation.listProblems("images", listing.problems());
  }
}
