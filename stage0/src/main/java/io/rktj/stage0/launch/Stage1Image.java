// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import io.rktj.spec.manifest.Annotation;
import io.rktj.spec.manifest.ImageManifest;
import io.rktj.stage1.Stage1Exception;
import java.util.Optional;

/**
 * A stage1 that came as an image: its manifest, whose annotations name its entry points ({@code
 * spec/rkt-cli.md} section 10), and its rendered tree, which no pod can write to.
 *
 * <pre>
 * {"name": "coreos.com/rkt/stage1/run", "value": "/init"}
 * {"name": "coreos.com/rkt/stage1/interface-version", "value": "6"}
 * </pre>
 *
 * @param treeId name of the tree in the store
 * @param treeRootfs absolute path of its root
 */
public record Stage1Image(ImageManifest manifest, String treeId, String treeRootfs) {
  private static final String PREFIX = "coreos.com/rkt/stage1/";
  private static final String VERSION = "interface-version";

  /** The image's name, for messages. */
  public String name() {
    return manifest.name().value();
  }

  /** Path of an entry point inside the tree, if the image has it. */
  Optional<String> entryPoint(String entry) {
    return annotation(PREFIX + entry);
  }

  /** Version of rkt's stage1 interface that its entry points understand. */
  int interfaceVersion() {
    Optional<String> version = annotation(PREFIX + VERSION);
    try {
      return version.isEmpty() ? 1 : Integer.parseInt(version.get());
    } catch (NumberFormatException e) {
      throw new Stage1Exception(
          "stage1 image \"" + name() + "\": bad interface version \"" + version.get() + "\"", e);
    }
  }

  private Optional<String> annotation(String name) {
    for (Annotation annotation : manifest.annotations()) {
      if (annotation.name().value().equals(name)) {
        return Optional.of(annotation.value());
      }
    }
    return Optional.empty();
  }
}
