// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.images;

import io.rktj.spec.ImageId;
import io.rktj.spec.Labels;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Platform;
import io.rktj.spec.discovery.ImageRef;
import io.rktj.spec.manifest.Dependency;
import io.rktj.spec.render.RenderPlan;
import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.store.Requested;
import io.rktj.stage0.store.StoredImage;
import io.rktj.stage0.tree.ImageTree;
import io.rktj.stage0.tree.TreeStore;
import io.rktj.stage0.trust.UntrustedImageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the image that a reference means, here or elsewhere, by the table of {@code
 * spec/rkt-cli.md} section 8, and the images it depends on. An image that was let in unverified is
 * used only where the user waives verification again (differs from rkt, which never asks how an
 * image came into its store). Thread-confined.
 */
public final class ImageResolver {
  private static final String SOURCE = "image";

  private final ImageStore store;
  private final Remotes remotes;
  private final ImageReceiver receiver;
  private final Platform host;
  private final Diagnostics diagnostics;

  /**
   * Works with these.
   *
   * @param host gives the labels {@code os} and {@code arch} where a name has none
   * @param unpack whether a new image becomes a tree while it is imported; for root only
   */
  public ImageResolver(
      ImageStore store,
      TreeStore trees,
      Remotes remotes,
      Platform host,
      boolean unpack,
      Diagnostics diagnostics) {
    this.store = store;
    this.remotes = remotes;
    this.receiver = new ImageReceiver(store, trees, unpack, diagnostics);
    this.host = host;
    this.diagnostics = diagnostics;
  }

  /** The image that {@code reference} means, in the store when this returns. */
  public ImageTree resolve(ImageRef reference, PullOptions options) {
    StoredImage image = find(reference, options);
    store.touch(image);
    ImageTree tree = withDependencies(image, options, new ArrayList<>(), new Budget());
    receiver.renderIfFetched(tree);
    return tree;
  }

  private StoredImage find(ImageRef reference, PullOptions options) {
    if (reference instanceof ImageRef.ByHash hash) {
      StoredImage image = new ImageLookup(store).byPrefix(hash.prefix());
      requireAccepted(image, options);
      diagnostics.note(SOURCE, "using image from the store with hash " + image.id());
      return image;
    }
    if (reference instanceof ImageRef.ByName name) {
      ImageRef.ByName complete = name.runnableOn(host);
      Requested requested = Requested.named(complete.name(), complete.labels());
      return byName(complete, complete.labels(), requested, options);
    }
    if (reference instanceof ImageRef.AtUrl url) {
      return byUrl(url.url(), options);
    }
    if (reference instanceof ImageRef.AtFile file) {
      Path path = file.file().toAbsolutePath().normalize();
      diagnostics.note(SOURCE, "using image from file " + path);
      return fetcher().fetchFile(path, options);
    }
    return atRegistry((ImageRef.AtRegistry) reference, options);
  }

  /** As with a URL, but that what a registry has is never verified. */
  private StoredImage atRegistry(ImageRef.AtRegistry reference, PullOptions options) {
    String place = reference.place();
    if (options.policy() != PullPolicy.UPDATE) {
      Optional<StoredImage> image = receiver.stored(place, Requested.ANY, options);
      if (image.isPresent()) {
        diagnostics.note(SOURCE, "using image from local store for url " + place);
        return image.get();
      }
    }
    if (options.policy() == PullPolicy.NEVER) {
      throw nowhere("docker image from URL \"" + place + "\"");
    }
    return new RegistryImages(store, remotes, receiver, diagnostics)
        .fetch(reference, options, host);
  }

  /** Made where something is to be fetched, so that others do not load it. */
  private ImageFetcher fetcher() {
    return new ImageFetcher(store, remotes, receiver, diagnostics);
  }

  private void requireAccepted(StoredImage image, PullOptions options) {
    if (image.isUnverified() && options.waiver().isEmpty()) {
      throw new UntrustedImageException(
          "image \"" + image.nameWithVersion() + "\" (" + image.id() + ") was never verified",
          "fetch it again with its signature, or say --insecure-options=image once more",
          null);
    }
  }

  private StoredImage byName(
      ImageRef.ByName name, Labels discovered, Requested requested, PullOptions options) {
    if (options.policy() != PullPolicy.UPDATE) {
      Optional<StoredImage> image =
          store.byName(name.name(), name.labels(), options.waiver().isPresent());
      if (image.isPresent()) {
        diagnostics.note(SOURCE, "using image from local store for image name " + named(name, ":"));
        return image.get();
      }
    }
    if (options.policy() == PullPolicy.NEVER) {
      throw nowhere("image from image name \"" + named(name, ":") + "\"");
    }
    diagnostics.note(SOURCE, "searching for app image " + name.name());
    return fetcher().fetchNamed(name, discovered, requested, options);
  }

  /** As a user would write it. */
  private static String named(ImageRef.ByName name, String separator) {
    Optional<String> version = name.labels().value("version");
    return version.isPresent()
        ? name.name().value() + separator + version.get()
        : name.name().value();
  }

  private StoredImage byUrl(String url, PullOptions options) {
    if (options.policy() != PullPolicy.UPDATE) {
      Optional<StoredImage> image = receiver.stored(url, Requested.ANY, options);
      if (image.isPresent()) {
        diagnostics.note(SOURCE, "using image from local store for url " + url);
        return image.get();
      }
    }
    if (options.policy() == PullPolicy.NEVER) {
      throw nowhere("image from URL \"" + url + "\"");
    }
    return fetcher().fetchUrl(url, options);
  }

  private static ImageNotFoundException nowhere(String what) {
    return new ImageNotFoundException(
        "unable to fetch "
            + what
            + ": either image was not found in the store or store was disabled and fetching from"
            + " remote yielded nothing or it was disabled");
  }

  /** How many images one reference may still bring. */
  private static final class Budget {
    private int left = RenderPlan.MOST_DEPENDENCIES + 1;

    void take() {
      if (left-- == 0) {
        throw new MalformedException(
            "image has more than " + RenderPlan.MOST_DEPENDENCIES + " dependencies");
      }
    }
  }

  private ImageTree withDependencies(
      StoredImage image, PullOptions options, List<ImageId> above, Budget budget) {
    budget.take();
    if (above.contains(image.id())) {
      throw new MalformedException("image \"" + image.nameWithVersion() + "\" depends on itself");
    }
    List<ImageTree> trees = new ArrayList<>(0);
    if (options.dependencies() && !image.manifest().dependencies().isEmpty()) {
      above.add(image.id());
      PullOptions below = options.withSignature(Optional.empty());
      for (Dependency dependency : image.manifest().dependencies()) {
        StoredImage found = findDependency(dependency, below);
        store.touch(found);
        trees.add(withDependencies(found, below, above, budget));
      }
      above.remove(above.size() - 1);
    }
    return new ImageTree(image, trees);
  }

  /** One that is named by its hash must have that hash, the name and the labels. */
  private StoredImage findDependency(Dependency dependency, PullOptions options) {
    Requested requested =
        new Requested(
            Optional.of(dependency.imageName()), dependency.labels(), dependency.imageId());
    if (dependency.imageId().isPresent()) {
      Optional<StoredImage> pinned = store.byId(dependency.imageId().get());
      boolean usable =
          pinned.isPresent() && (!pinned.get().isUnverified() || options.waiver().isPresent());
      if (usable) {
        store.requireMatch(pinned.get(), requested);
        return pinned.get();
      }
    }
    ImageRef.ByName name = new ImageRef.ByName(dependency.imageName(), dependency.labels());
    // absent labels match anything, but a place to fetch from is found only with them
    Labels discovered = name.runnableOn(host).labels();
    StoredImage image = byName(name, discovered, requested, options);
    store.requireMatch(image, requested);
    return image;
  }
}
