// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1;

import io.rktj.spec.Labels;
import io.rktj.spec.manifest.Annotation;
import io.rktj.spec.manifest.App;
import io.rktj.spec.manifest.RuntimeApp;
import java.util.List;

/**
 * One app of a prepared pod.
 *
 * @param runtime its entry in the pod manifest
 * @param app what to run: the pod manifest's app section, or else the image's
 * @param imageName the image's name, for messages
 * @param imageLabels the image's labels
 * @param imageAnnotations the image's annotations
 * @param treeRootfs absolute path of the rendered tree's root file system; the lower layer with an
 *     overlay, otherwise the pod's own copy
 * @param treeId name of the tree, which names the overlay's directories
 */
public record PreparedApp(
    RuntimeApp runtime,
    App app,
    String imageName,
    Labels imageLabels,
    List<Annotation> imageAnnotations,
    String treeRootfs,
    String treeId) {
  private static final String DOCKER = "appc.io/docker/repository";

  /** Copies its list. */
  public PreparedApp {
    imageAnnotations = List.copyOf(imageAnnotations);
  }

  /** Whether the image says that it was made from a Docker image. */
  public boolean isFromDocker() {
    return !imageAnnotation(DOCKER).isEmpty();
  }

  /** The value of the image's annotation called {@code name}; empty if there is none. */
  public String imageAnnotation(String name) {
    for (int i = 0; i < imageAnnotations.size(); i++) {
      if (imageAnnotations.get(i).name().value().equals(name)) {
        return imageAnnotations.get(i).value();
      }
    }
    return "";
  }
}
