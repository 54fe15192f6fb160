// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.api;

import com.google.protobuf.ByteString;
import io.rktj.linux.Kernel;
import io.rktj.spec.ImageId;
import io.rktj.spec.ImageIdPrefix;
import io.rktj.spec.Labels;
import io.rktj.spec.manifest.Annotation;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.store.StoredImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import rkt.v1alpha.Image;
import rkt.v1alpha.ImageFormat;
import rkt.v1alpha.ImageType;
import rkt.v1alpha.ListImagesRequest;
import rkt.v1alpha.ListImagesResponse;

/** What the store of this host has, as the interface tells it. Thread-safe. */
final class ImageAnswers {
  private static final String APPC_VERSION = "0.8.11";

  private final Kernel kernel;
  private final Path data;

  ImageAnswers(Kernel kernel, Path data) {
    this.kernel = kernel;
    this.data = data;
  }

  /** The store; empty where there is none yet, because a service that reads makes none. */
  static Optional<ImageStore> store(Kernel kernel, Path data) {
    return Files.isDirectory(ImageStore.records(data))
        ? Optional.of(ImageStore.open(data, kernel, Clock.systemUTC()))
        : Optional.empty();
  }

  ListImagesResponse list(ListImagesRequest request) {
    ListImagesResponse.Builder response = ListImagesResponse.newBuilder();
    Optional<ImageStore> store = store(kernel, data);
    if (store.isEmpty()) {
      return response.build();
    }
    for (StoredImage stored : store.get().list().images()) {
      Image image = image(stored);
      if (ImageFilters.accept(image, request.getFiltersList())) {
        response.addImages(request.getDetail() ? image : image.toBuilder().clearManifest().build());
      }
    }
    return response.build();
  }

  /** The one image whose id is, or begins with, {@code text}. */
  Image inspect(String text) {
    ImageIdPrefix prefix = ImageIdPrefix.parse(text);
    Optional<ImageStore> store = store(kernel, data);
    if (store.isPresent()) {
      List<ImageId> ids = store.get().idsWithPrefix(prefix.hex());
      Optional<StoredImage> image =
          ids.size() == 1 ? store.get().byId(ids.get(0)) : Optional.empty();
      if (image.isPresent()) {
        return image(image.get());
      }
    }
    throw new PublicApi.NotFound("no image \"" + text + "\"");
  }

  private static Image image(StoredImage stored) {
    List<Annotation> annotations = stored.manifest().annotations();
    Image.Builder image =
        Image.newBuilder()
            .setBaseFormat(format())
            .setId(stored.id().toString())
            .setName(stored.name().value())
            .setVersion(stored.labels().value("version").orElse("latest"))
            .setImportTimestamp(stored.importedMillis() / 1000)
            .setManifest(ByteString.copyFrom(stored.manifestBytes()))
            .setSize(stored.size())
            .addAllAnnotations(KeyValues.of(annotations));
    for (Labels.Label label : stored.labels().entries()) {
      image.addLabels(KeyValues.pair(label.name().value(), label.value()));
    }
    return image.build();
  }

  /** What is in the store is of the appc format, wherever it came from. */
  static ImageFormat format() {
    return ImageFormat.newBuilder()
        .setType(ImageType.IMAGE_TYPE_APPC)
        .setVersion(APPC_VERSION)
        .build();
  }
}
