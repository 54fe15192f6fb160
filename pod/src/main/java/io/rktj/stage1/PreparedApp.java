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
  /** Copies its list. */
  public PreparedApp {
    imageAnnotations = List.copyOf(imageAnnotations);
  }
}
