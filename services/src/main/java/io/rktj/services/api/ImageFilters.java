// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.api;

import static io.rktj.services.api.PodFilters.oneOf;

import java.util.List;
import java.util.function.Predicate;
import rkt.v1alpha.Image;
import rkt.v1alpha.ImageFilter;

/** Which images a request means, by the rules of {@link PodFilters}. */
final class ImageFilters {
  private ImageFilters() {}

  static boolean accept(Image image, List<ImageFilter> filters) {
    return filters.isEmpty() || filters.stream().anyMatch(filter -> accepts(filter, image));
  }

  private static boolean accepts(ImageFilter filter, Image image) {
    String name = image.getName();
    String baseName = name.substring(name.lastIndexOf('/') + 1);
    return oneOf(filter.getIdsList(), image.getId())
        && oneOf(filter.getFullNamesList(), name)
        && oneOf(filter.getBaseNamesList(), baseName)
        && any(filter.getPrefixesList(), name::startsWith)
        && any(filter.getKeywordsList(), name::contains)
        && image.getLabelsList().containsAll(filter.getLabelsList())
        && image.getAnnotationsList().containsAll(filter.getAnnotationsList())
        && isWithin(filter, image.getImportTimestamp());
  }

  private static boolean any(List<String> wanted, Predicate<String> holds) {
    return wanted.isEmpty() || wanted.stream().anyMatch(holds);
  }

  private static boolean isWithin(ImageFilter filter, long time) {
    return (filter.getImportedAfter() <= 0 || time > filter.getImportedAfter())
        && (filter.getImportedBefore() <= 0 || time < filter.getImportedBefore());
  }
}
