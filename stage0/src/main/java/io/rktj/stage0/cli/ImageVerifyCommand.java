// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.PodException;
import io.rktj.linux.DirectoryLock;
import io.rktj.spec.ImageIdPrefix;
import io.rktj.spec.discovery.ImageRef;
import io.rktj.stage0.images.ImageLookup;
import io.rktj.stage0.images.ImageNotFoundException;
import io.rktj.stage0.images.ImageResolver;
import io.rktj.stage0.images.PullOptions;
import io.rktj.stage0.images.PullPolicy;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.store.StoreException;
import io.rktj.stage0.store.StoredImage;
import io.rktj.stage0.tree.ImageTree;
import io.rktj.stage0.tree.TreeStore;
import java.util.List;
import java.util.Optional;

/** {@code rkt image verify} ({@code spec/rkt-cli.md} section 4.17). */
final class ImageVerifyCommand implements CommandBody {
  @Override
  public int call(Invocation invocation) {
    if (invocation.arguments().isEmpty()) {
      throw new UsageException("must provide at least one image");
    }
    Session session = Session.open(invocation);
    ImageStore store = session.images();
    TreeStore trees = session.trees(store);
    boolean failed = false;
    try (RemoteAccess remotes = new RemoteAccess(invocation, session)) {
      ImageResolver resolver = session.resolver(store, trees, remotes);
      for (String name : invocation.arguments()) {
        DirectoryLock removalsWait = session.prepareLock(false); // half a tree would be a wrong one
        try {
          StoredImage image = new ImageLookup(store).find(name);
          if (!store.verifies(image)) {
            throw new StoreException(
                "stored image " + Quoted.of(name) + " (" + image.id() + ") has changed on disk");
          }
          verify(invocation, name, image, resolver, trees);
        } catch (PodException e) {
          invocation.complain(e);
          failed = true;
        } finally {
          removalsWait.close(); // those who wait for it wait for one image at most
        }
      }
    }
    return (failed ? ExitCode.FAILED : ExitCode.DONE).status();
  }

  private static void verify(
      Invocation invocation,
      String name,
      StoredImage image,
      ImageResolver resolver,
      TreeStore trees) {
    ImageRef reference = new ImageRef.ByHash(ImageIdPrefix.parse(image.id().toString()));
    ImageTree whole;
    try {
      whole = resolver.resolve(reference, options(invocation, image));
    } catch (ImageNotFoundException e) { // of those it depends on
      if (isRendered(image, trees)) {
        throw e;
      }
      sayNotRendered(invocation, name);
      return;
    }
    if (trees.find(whole).isEmpty()) {
      sayNotRendered(invocation, name);
      return;
    }
    List<String> differences = trees.verify(whole);
    if (!differences.isEmpty()) {
      invocation.say(
          "tree cache verification failed for image "
              + name
              + ": "
              + differences.get(0)
              + ";  rebuilding...");
      trees.renderAgain(whole);
    }
    invocation
        .output()
        .answer(
            "successfully verified checksum for image: "
                + Quoted.of(name)
                + " (\""
                + image.id()
                + "\")");
  }

  /** Whether there is a tree whose topmost image it is, by the names that trees have. */
  private static boolean isRendered(StoredImage image, TreeStore trees) {
    String id = image.id().toString();
    return trees.ids().stream().anyMatch(tree -> tree.contains(id));
  }

  private static void sayNotRendered(Invocation invocation, String name) {
    invocation
        .output()
        .answer("image " + Quoted.of(name) + " not rendered; no verification needed");
  }

  /** To look at what was let in unverified, nothing has to be waived again: it is not run. */
  private static PullOptions options(Invocation invocation, StoredImage image) {
    PullOptions options = PodWorkshop.pullOptions(invocation, PullPolicy.NEVER, Optional.empty());
    return image.isUnverified() ? options.unverifiedToo() : options;
  }
}
