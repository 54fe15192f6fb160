// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.images;

import io.rktj.linux.DirectoryLock;
import io.rktj.spec.AcIdentifier;
import io.rktj.spec.Labels;
import io.rktj.spec.discovery.Endpoint;
import io.rktj.spec.discovery.ImageRef;
import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.Progress;
import io.rktj.stage0.fetch.DiscoveredEndpoints;
import io.rktj.stage0.fetch.FetchOutcome;
import io.rktj.stage0.fetch.FetchedAci;
import io.rktj.stage0.fetch.Freshness;
import io.rktj.stage0.fetch.LocalFiles;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.store.RemoteRecord;
import io.rktj.stage0.store.Requested;
import io.rktj.stage0.store.StoreException;
import io.rktj.stage0.store.StoredImage;
import io.rktj.stage0.trust.ImageVerifier;
import io.rktj.stage0.trust.PendingVerification;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Brings one image into the store from a file or a server, and decides how it is verified: the
 * signature the user names, or else the one beside the image. Not loaded where the store has what
 * is wanted.
 */
final class ImageFetcher {
  private static final String SOURCE = "image";
  private static final String ACI = ".aci";
  private static final String SIGNATURE = ".asc";

  private final ImageStore store;
  private final Remotes remotes;
  private final ImageReceiver receiver;
  private final Diagnostics diagnostics;

  ImageFetcher(ImageStore store, Remotes remotes, ImageReceiver receiver, Diagnostics diagnostics) {
    this.store = store;
    this.remotes = remotes;
    this.receiver = receiver;
    this.diagnostics = diagnostics;
  }

  /** Where a remote image is and what it must be. */
  private record Remote(String url, String signatureUrl, Requested requested, boolean latest) {}

  StoredImage fetchFile(Path file, PullOptions options) {
    remotes.beforeWork();
    PendingVerification verification;
    if (options.waiver().isPresent()) {
      verification = receiver.waive(options.waiver().get());
    } else {
      Path signature = options.signature().orElse(Path.of(signaturePlace(file.toString())));
      verification = remotes.verifier().begin(LocalFiles.readSignature(signature));
    }
    FetchedAci aci = LocalFiles.open(file);
    Progress progress = diagnostics.progress("Importing " + file.getFileName(), aci.size());
    try (progress) {
      return receiver.add(aci, verification, Requested.ANY, false, progress);
    }
  }

  StoredImage fetchUrl(String url, PullOptions options) {
    remotes.beforeWork();
    return fetch(new Remote(url, signaturePlace(url), Requested.ANY, false), options);
  }

  StoredImage fetchNamed(
      ImageRef.ByName name, Labels discovered, Requested requested, PullOptions options) {
    remotes.beforeWork();
    DiscoveredEndpoints found = remotes.fetcher().discover(name.name(), discovered);
    Endpoint place = found.endpoints().get(0);
    if (options.waiver().isEmpty()) {
      remotes.truster().offerFor(name.name(), options.review());
    }
    boolean latest = name.labels().value("version").isEmpty();
    Optional<StoredImage> before =
        latest ? store.byName(name.name(), discovered, true) : Optional.empty();
    StoredImage image =
        fetch(new Remote(place.aciUrl(), place.ascUrl(), requested, latest), options);
    if (before.isPresent()) {
      warnOfAnOlder(image, before.get());
    }
    return image;
  }

  /** Signatures do not grow old: a server, or whoever speaks for it, may offer what it was. */
  private void warnOfAnOlder(StoredImage image, StoredImage before) {
    String now = image.labels().value("version").orElse("");
    String then = before.labels().value("version").orElse("");
    if (VersionOrder.isOlder(now, then)) {
      diagnostics.warn(
          SOURCE, "warning: \"" + image.name() + "\" is version " + now + " now, and was " + then);
    }
  }

  private StoredImage fetch(Remote remote, PullOptions options) {
    try (DirectoryLock lock = receiver.lockPlace(remote.url())) {
      if (!lock.isExclusive()) {
        throw new StoreException("the lock of \"" + remote.url() + "\" is shared");
      }
      Optional<StoredImage> known = receiver.stored(remote.url(), remote.requested(), options);
      if (known.isPresent() && options.policy() == PullPolicy.NEW) {
        return known.get(); // somebody fetched it while we waited
      }
      diagnostics.note(SOURCE, "remote fetching from URL \"" + remote.url() + "\"");
      Optional<Freshness> freshness =
          known.isEmpty()
              ? Optional.empty()
              : store.remote(remote.url()).flatMap(RemoteRecord::freshness);
      FetchOutcome outcome = remotes.fetcher().fetchImage(remote.url(), freshness);
      if (outcome instanceof FetchOutcome.Fetched arrived) {
        return receive(arrived.image(), remote, options);
      }
      return known.orElseThrow();
    }
  }

  private StoredImage receive(FetchedAci aci, Remote remote, PullOptions options) {
    boolean begun = false;
    PendingVerification verification;
    try {
      verification = verification(remote, options);
      begun = true;
    } finally {
      if (!begun) {
        aci.close();
      }
    }
    return receiver.add(
        aci, verification, remote.requested(), remote.latest(), NoProgress.INSTANCE);
  }

  private PendingVerification verification(Remote remote, PullOptions options) {
    if (options.waiver().isPresent()) {
      return receiver.waive(options.waiver().get());
    }
    ImageVerifier verifier = remotes.verifier();
    Optional<byte[]> signature =
        options.signature().isPresent()
            ? Optional.of(LocalFiles.readSignature(options.signature().get()))
            : remotes.fetcher().fetchSignature(remote.signatureUrl());
    if (signature.isEmpty()) {
      return verifier.beginDeferred(
          () -> remotes.fetcher().fetchDeferredSignature(remote.signatureUrl()));
    }
    Optional<AcIdentifier> name = remote.requested().name();
    if (name.isPresent()) {
      verifier.checkSigner(signature.get(), name.get());
    }
    return verifier.begin(signature.get());
  }

  /** Where the signature of an image lies: beside it, with {@code .asc} at the end of its path. */
  private static String signaturePlace(String place) {
    int end = place.length();
    for (char c : List.of('?', '#')) {
      int index = place.startsWith("http") ? place.indexOf(c) : -1;
      end = index >= 0 && index < end ? index : end;
    }
    String path = place.substring(0, end);
    String base = path.endsWith(ACI) ? path : path + ACI;
    return base + SIGNATURE + place.substring(end);
  }
}
