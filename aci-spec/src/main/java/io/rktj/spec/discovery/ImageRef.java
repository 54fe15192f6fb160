// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.discovery;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.ImageIdPrefix;
import io.rktj.spec.Labels;
import io.rktj.spec.Platform;
import java.nio.file.Path;

/** What a user names as an image, sorted by rkt's rules ({@code spec/rkt-cli.md} section 2). */
public sealed interface ImageRef {
  /**
   * Reads a reference.
   *
   * @param workingDirectory where a relative file name is looked for
   * @param hashAllowed whether {@code sha512-...} means an identity ({@code run}) or a name ({@code
   *     fetch})
   */
  static ImageRef parse(String text, Path workingDirectory, boolean hashAllowed) {
    return new ImageRefParser(text, workingDirectory).parse(hashAllowed);
  }

  /** An image of the store by the beginning of its identity. */
  record ByHash(ImageIdPrefix prefix) implements ImageRef {
    @Override
    public String toString() {
      return prefix.toString();
    }
  }

  /** An image by name and labels, to be found in the store or by discovery. */
  record ByName(AcIdentifier name, Labels labels) implements ImageRef {
    /**
     * The same with the labels {@code os} and {@code arch} of {@code host} where they are missing;
     * refused if rkt cannot run the result.
     */
    public ByName runnableOn(Platform host) {
      Labels complete = labels;
      if (complete.value("os").isEmpty()) {
        complete = complete.with("os", host.os());
      }
      if (complete.value("arch").isEmpty()) {
        complete = complete.with("arch", host.arch());
      }
      Platform.requireRunnable(complete);
      return new ByName(name, complete);
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder(name.value());
      for (Labels.Label label : labels.entries()) {
        text.append(',').append(label.name()).append('=').append(label.value());
      }
      return text.toString();
    }
  }

  /** An archive at an http or https URL. */
  record AtUrl(String url) implements ImageRef {
    @Override
    public String toString() {
      return url;
    }
  }

  /** An archive in a file. */
  record AtFile(Path file) implements ImageRef {
    @Override
    public String toString() {
      return file.toString();
    }
  }

  /**
   * An image of a registry, to be converted.
   *
   * @param typed the reference as the user wrote it, without {@code docker:}
   */
  record AtRegistry(DockerReference reference, String typed) implements ImageRef {
    /** The place under which the store remembers it. */
    public String place() {
      return "docker://" + typed;
    }

    @Override
    public String toString() {
      return place();
    }
  }
}
