// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.docker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.spec.BlobDigest;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Platform;
import io.rktj.spec.archive.ArchiveLimits;
import io.rktj.spec.archive.LayerTree;
import io.rktj.spec.discovery.ImageRef;
import io.rktj.spec.docker.AciMapping;
import io.rktj.spec.docker.Descriptor;
import io.rktj.spec.docker.DockerConfig;
import io.rktj.spec.docker.RegistryDocument;
import io.rktj.spec.json.ImageManifestJson;
import io.rktj.spec.json.JsonReader;
import io.rktj.spec.manifest.ImageManifest;
import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.fetch.FetchedAci;
import io.rktj.stage0.fetch.Origin;
import io.rktj.stage0.fetch.Registry;
import io.rktj.stage0.store.StoreException;
import io.rktj.stage0.store.WorkDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * One image of a registry for this host, known by its manifest: everything else is what that names
 * by digest and size, and is compared with both before it is used; layers also with the digests of
 * their tars, which the configuration names. Becomes an ACI in one piece, the same each time.
 */
public final class RegistryImage {
  private final Registry registry;
  private final ImageRef.AtRegistry wanted;
  private final Diagnostics diagnostics;
  private final RegistryDocument.Manifest manifest;
  private final BlobDigest manifestHash;

  private RegistryImage(
      Registry registry, ImageRef.AtRegistry wanted, Diagnostics diagnostics, Found found) {
    this.registry = registry;
    this.wanted = wanted;
    this.diagnostics = diagnostics;
    this.manifest = found.manifest;
    this.manifestHash = found.hash;
  }

  /** A manifest and its digest. */
  private record Found(RegistryDocument.Manifest manifest, BlobDigest hash) {}

  /** Asks the registry what {@code wanted} is, and if it is many, which of them is for the host. */
  public static RegistryImage find(
      Registry registry, ImageRef.AtRegistry wanted, Platform host, Diagnostics diagnostics) {
    String subject = wanted.place();
    Registry.Document first =
        registry.manifest(wanted.reference().wanted(), RegistryDocument.ACCEPTED);
    Optional<BlobDigest> digest = wanted.reference().digest();
    if (digest.isPresent()) {
      require(subject, digest.get(), first.bytes());
    }
    RegistryDocument document =
        RegistryDocument.read(first.bytes(), first.mediaType(), "manifest of \"" + subject + "\"");
    if (document instanceof RegistryDocument.Manifest only) {
      BlobDigest hash = digest.orElse(BlobDigest.of(first.bytes()));
      return new RegistryImage(registry, wanted, diagnostics, new Found(only, hash));
    }
    Descriptor chosen = ((RegistryDocument.Index) document).choose(host, subject);
    return new RegistryImage(registry, wanted, diagnostics, chosen(registry, chosen, subject));
  }

  private static Found chosen(Registry registry, Descriptor chosen, String subject) {
    Registry.Document answer = registry.manifest(chosen.digest().toString(), chosen.mediaType());
    require(subject, chosen.digest(), answer.bytes());
    if (answer.bytes().length != chosen.size()) {
      throw BlobCheck.wrongSize(subject, chosen, answer.bytes().length);
    }
    String name = "manifest \"" + chosen.digest() + "\" of \"" + subject + "\"";
    RegistryDocument document =
        RegistryDocument.read(answer.bytes(), Optional.of(chosen.mediaType()), name);
    if (document instanceof RegistryDocument.Manifest manifest) {
      return new Found(manifest, chosen.digest());
    }
    throw MalformedException.at(name, "an index within an index is not supported");
  }

  private static void require(String subject, BlobDigest digest, byte[] bytes) {
    if (!digest.isOf(bytes)) {
      throw BlobCheck.wrongDigest(subject, digest, BlobDigest.of(bytes));
    }
  }

  /** The digest of the image's manifest in the registry. */
  public BlobDigest manifestHash() {
    return manifestHash;
  }

  /**
   * Downloads the image into {@code work}, checks all of it, and answers the ACI that is made of it
   * while it is read; {@code work} must outlive that.
   */
  public FetchedAci fetch(WorkDirectory work) {
    String subject = wanted.place();
    try {
      DockerConfig config = config();
      List<Descriptor> layers = manifest.layers();
      if (config.layers().size() != layers.size()) {
        throw new MalformedException(
            "cannot use image \""
                + subject
                + "\": it has "
                + layers.size()
                + " layers, but digests of "
                + config.layers().size());
      }
      byte[] aciManifest = manifestOf(config);
      LayerTree tree = new LayerTree(subject, ArchiveLimits.ofDefaults());
      BlobDownload download = new BlobDownload(registry, subject, diagnostics);
      for (int i = 0; i < layers.size(); i++) {
        LayerBlob layer = LayerBlob.download(download, layers.get(i), work);
        BlobCheck tar = new BlobCheck(config.layers().get(i));
        tree.add(layer, tar);
        tar.requireDigest(subject);
      }
      addStandardStreams(tree);
      Origin origin = new Origin(Origin.Kind.REMOTE, subject, Optional.empty(), Optional.empty());
      return FetchedAci.converted(tree.image(aciManifest), origin);
    } catch (IOException e) {
      throw new StoreException("cannot convert \"" + subject + "\"", e);
    }
  }

  private DockerConfig config() throws IOException {
    Descriptor descriptor = manifest.config();
    String subject = "configuration of \"" + wanted.place() + "\"";
    if (descriptor.size() > JsonReader.MAX_DOCUMENT) {
      throw MalformedException.at(subject, "longer than " + JsonReader.MAX_DOCUMENT + " bytes");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new BlobDownload(registry, wanted.place(), diagnostics).copy(descriptor, bytes);
    return DockerConfig.read(bytes.toByteArray(), subject);
  }

  private byte[] manifestOf(DockerConfig config) {
    try {
      ImageManifest aci =
          new AciMapping(wanted.reference(), wanted.typed())
              .map(config, manifest.config().digest(), manifestHash);
      return ImageManifestJson.write(aci).getBytes(UTF_8);
    } catch (MalformedException e) {
      throw new MalformedException(
          "cannot use image \"" + wanted.place() + "\": " + e.getMessage(), e.getCause());
    }
  }

  /** Where Docker's apps expect their streams; its runtime adds them to every container. */
  private static void addStandardStreams(LayerTree tree) {
    tree.addLink("dev", "stdin", "/proc/self/fd/0");
    tree.addLink("dev", "stdout", "/dev/console");
    tree.addLink("dev", "stderr", "/dev/console");
    tree.addLink("dev", "fd", "/proc/self/fd");
  }
}
