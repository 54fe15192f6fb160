// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.HostText;
import io.rktj.spec.Labels;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Platform;
import io.rktj.spec.SemVer;
import java.util.List;
import java.util.Optional;

/** An image's manifest, valid by every rule of the appc spec, image manifest schema. */
public record ImageManifest(
    SemVer acVersion,
    AcIdentifier name,
    Labels labels,
    Optional<App> app,
    List<Annotation> annotations,
    List<Dependency> dependencies,
    List<String> pathWhitelist) {
  /** Checks the rules and copies the lists. */
  public ImageManifest {
    Platform.requireKnown(labels);
    annotations = Annotations.checked(annotations);
    dependencies = List.copyOf(dependencies);
    pathWhitelist = List.copyOf(pathWhitelist);
    for (String path : pathWhitelist) {
      if (!path.startsWith("/")) {
        throw new MalformedException(
            "pathWhitelist must have absolute paths, not \"" + path + "\"");
      }
      HostText.requireNoNull("pathWhitelist", path);
    }
  }

  /** The same image under another name. */
  public ImageManifest withName(AcIdentifier changed) {
    return new ImageManifest(
        acVersion, changed, labels, app, annotations, dependencies, pathWhitelist);
  }

  /** The same image with another app. */
  public ImageManifest withApp(App changed) {
    return new ImageManifest(
        acVersion, name, labels, Optional.of(changed), annotations, dependencies, pathWhitelist);
  }
}
