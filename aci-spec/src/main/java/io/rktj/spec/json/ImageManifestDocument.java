// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.manifest.ImageManifest;

/**
 * An image manifest together with the tree that it was read from, so that a rewrite keeps members
 * which this program does not know.
 */
public final class ImageManifestDocument {
  private final Json tree;
  private final ImageManifest manifest;

  private ImageManifestDocument(Json tree, ImageManifest manifest) {
    this.tree = tree;
    this.manifest = manifest;
  }

  /** Reads a manifest by the rules of {@link ImageManifestJson#read}. */
  public static ImageManifestDocument read(byte[] document, String subject) {
    Json tree = JsonReader.parse(document, subject);
    return new ImageManifestDocument(tree, ImageManifestJson.read(tree, subject));
  }

  /** What it says. */
  public ImageManifest manifest() {
    return manifest;
  }

  /** The same document saying {@code changed}, with its unknown members. */
  public ImageManifestDocument with(ImageManifest changed) {
    Json merged = new TreeMerge().merge(canonical(changed), canonical(manifest), tree);
    return new ImageManifestDocument(merged, changed);
  }

  /** Known members in the specification's order, each object's unknown ones after them. */
  public String write() {
    return JsonWriter.compact(with(manifest).tree);
  }

  /** The same as {@link #write}, indented. */
  public String pretty(String indent) {
    return JsonWriter.pretty(with(manifest).tree, indent);
  }

  private static Json canonical(ImageManifest manifest) {
    return JsonReader.parse(ImageManifestJson.write(manifest), "manifest");
  }
}
