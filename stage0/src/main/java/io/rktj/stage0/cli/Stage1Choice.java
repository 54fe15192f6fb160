// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.PodException;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.SmallFiles;
import io.rktj.pod.HostException;
import io.rktj.spec.discovery.ImageRef;
import io.rktj.spec.manifest.Annotation;
import io.rktj.spec.manifest.ImageManifest;
import io.rktj.stage0.config.ConfiguredStage1;
import io.rktj.stage0.images.ImageResolver;
import io.rktj.stage0.images.PullOptions;
import io.rktj.stage0.images.PullPolicy;
import io.rktj.stage0.launch.Flavour;
import io.rktj.stage0.launch.ImageStage1;
import io.rktj.stage0.launch.Stage1Image;
import io.rktj.stage0.tree.ImageTree;
import io.rktj.stage0.tree.RenderedTree;
import io.rktj.stage0.tree.TreeStore;
import io.rktj.stage0.trust.WaivedOption;
import io.rktj.stage1.Stage1;
import io.rktj.stage1.Stage1Exception;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which stage1 a pod gets, where the answer is not simply the default ({@code spec/rkt-cli.md}
 * section 7): the flags' choice, which is final, or else the configuration's. An image of ours is
 * known by its verified manifest, which holds the hash of its pod-init: if that is the pod-init of
 * this rkt, the image would do what the built-in flavour does, which then does it.
 */
final class Stage1Choice {
  private static final String FLAVOUR = "rktj.io/flavour";
  private static final String PROGRAM = "rktj.io/pod-init";
  private static final int LARGEST = 4096;

  private final Invocation invocation;
  private final Session session;
  private final ImageResolver resolver;
  private final TreeStore trees;

  Stage1Choice(Invocation invocation, Session session, ImageResolver resolver, TreeStore trees) {
    this.invocation = invocation;
    this.session = session;
    this.resolver = resolver;
    this.trees = trees;
  }

  /** What a flag asks for. */
  Stage1 asked(Stage1Flags flags) {
    String value = flags.value();
    switch (flags.used()) {
      case "stage1-name" -> {
        Optional<Flavour> flavour = Flavour.named(value);
        return flavour.isPresent()
            ? flavour.get().load()
            : load(value, PullPolicy.NEW, Optional.empty());
      }
      case "stage1-hash" -> {
        return load(value, PullPolicy.NEVER, Optional.empty());
      }
      case "stage1-from-dir" -> {
        return file(imagesDirectory().resolve(value).toString());
      }
      default -> {
        return file(value);
      }
    }
  }

  /** What the configuration asks for. */
  Stage1 configured(ConfiguredStage1 configured) {
    if (configured.name().isPresent()) {
      String name = configured.name().get();
      Optional<Flavour> flavour = Flavour.named(name);
      if (flavour.isPresent()) {
        return flavour.get().load();
      }
      String version = configured.version().orElse("");
      Optional<Stage1> stored =
          version.endsWith("-dirty") ? Optional.empty() : stored(name, version);
      if (stored.isPresent()) {
        return stored.get();
      }
    }
    return configured.location().isPresent()
        ? located(configured.location().get())
        : Flavour.NSPAWN.load();
  }

  /** The image of the store that is meant by name and version; nothing is fetched. */
  private Optional<Stage1> stored(String name, String version) {
    String whole = name + ":" + version;
    try {
      return Optional.of(load(whole, PullPolicy.NEVER, Optional.empty()));
    } catch (PodException e) {
      session.console().note("image", "no stage1 image " + whole + " in the store");
      return Optional.empty();
    }
  }

  /** The image at the default location, or else the one of the same name beside our program. */
  private Stage1 located(String location) {
    try {
      return file(location);
    } catch (PodException failure) {
      if (!location.startsWith("/")) {
        throw failure;
      }
      Path beside = Path.of(home(), "bin").resolve(Path.of(location).getFileName());
      try {
        return load(beside.toString(), PullPolicy.NEW, Optional.of(WaivedOption.DISTRIBUTION));
      } catch (PodException e) {
        PodException both =
            new Stage1Exception(
                "failed to fetch stage1 image and failed to fall back to stage1 image in the rkt"
                    + " directory ("
                    + Quoted.of(beside.toString())
                    + ")",
                failure);
        both.addSuppressed(e);
        throw both;
      }
    }
  }

  /** An image at a place; what was installed with us needs no signature, as in rkt. */
  private Stage1 file(String place) {
    Path installed = Path.of(home(), "stage1-images");
    boolean ours = Path.of(place).toAbsolutePath().normalize().startsWith(installed);
    return load(
        place, PullPolicy.NEW, ours ? Optional.of(WaivedOption.DISTRIBUTION) : Optional.empty());
  }

  private Stage1 load(String text, PullPolicy policy, Optional<WaivedOption> installed) {
    ImageRef reference = RunArguments.reference(text);
    PullOptions plain = PodWorkshop.pullOptions(invocation, policy, Optional.empty());
    ImageTree image = resolver.resolve(reference, plain.alone(installed));
    ImageManifest manifest = image.image().manifest();
    Optional<Stage1> ours = builtIn(manifest);
    if (ours.isPresent()) {
      return ours.get();
    }
    if (trees.find(image).isEmpty()) {
      Effort.requireFull(session.kernel());
    }
    RenderedTree tree = trees.render(image);
    return new ImageStage1(session.kernel(), new Stage1Image(manifest, tree.id(), tree.rootfs()));
  }

  private Optional<Stage1> builtIn(ImageManifest manifest) {
    Optional<Flavour> flavour = Flavour.called(annotation(manifest, FLAVOUR));
    if (flavour.isEmpty()) {
      return Optional.empty();
    }
    if (!annotation(manifest, PROGRAM).equals(ownProgram())) {
      throw new Stage1Exception(
          "stage1 image " + Quoted.of(manifest.name().value()) + " is of another version of rkt",
          "use the one that came with this rkt: --stage1-name=" + manifest.name(),
          null);
    }
    return Optional.of(flavour.get().load());
  }

  private static String annotation(ImageManifest manifest, String name) {
    for (Annotation annotation : manifest.annotations()) {
      if (annotation.name().value().equals(name)) {
        return annotation.value();
      }
    }
    return "";
  }

  /** The hash of our pod-init, which was written down when this rkt was packed. */
  private String ownProgram() {
    String file = home() + "/lib/native/pod-init.sha512";
    try {
      return new String(SmallFiles.read(session.kernel(), file, LARGEST), StandardCharsets.US_ASCII)
          .strip();
    } catch (ErrnoException e) {
      throw new HostException("cannot read \"" + file + "\"", e);
    }
  }

  private Path imagesDirectory() {
    Optional<String> configured = session.config().paths().stage1Images();
    return configured.isPresent() ? Path.of(configured.get()) : Path.of(home(), "stage1-images");
  }

  private static String home() {
    return System.getProperty("rkt.home", "/");
  }
}
