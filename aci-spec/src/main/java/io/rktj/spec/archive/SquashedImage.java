// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import io.rktj.spec.archive.AciEntry.Attributes;
import io.rktj.spec.archive.AciEntry.Device;
import io.rktj.spec.archive.LayerNode.LayerFile;
import io.rktj.spec.archive.TarReader.TarEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The uncompressed tar of an image made of layers, written while it is read: first all directories
 * in the order of their names, then the files that have remained of each layer, in the order of the
 * layer, a file's further names behind it, and the manifest last. The same layers and manifest give
 * the same bytes. Single use.
 */
final class SquashedImage extends InputStream {
  private static final RawName ROOTFS = RawName.of("rootfs");
  private static final RawName MANIFEST = RawName.of("manifest");

  private final LayerTree tree;
  private final byte[] manifest;
  private final List<LayerNode> directories = new ArrayList<>();

  /** The names of what is not a directory, by layer and then by number of the entry. */
  private final List<Map<Long, List<LayerNode>>> files = new ArrayList<>();

  private final List<LayerNode> addedLinks = new ArrayList<>();

  private InputStream part = InputStream.nullInputStream();
  private int nextDirectory;
  private int layer = -1;
  private @Nullable LayerReader reader;
  private boolean ended;

  SquashedImage(LayerTree tree, byte[] manifest) {
    this.tree = tree;
    this.manifest = manifest.clone();
    for (int i = 0; i < tree.count(); i++) {
      files.add(new HashMap<>());
    }
    collect(tree.root());
  }

  private void collect(LayerNode node) {
    directories.add(node);
    for (LayerNode child : node.sortedChildren()) {
      if (child.isDirectory()) {
        collect(child);
      } else {
        names(child.file()).add(child);
      }
    }
  }

  private List<LayerNode> names(LayerFile file) {
    return file.layer() < 0
        ? addedLinks
        : files.get(file.layer()).computeIfAbsent(file.number(), number -> new ArrayList<>(1));
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count = part.read(bytes, offset, length);
    while (count < 0 && advance()) {
      count = part.read(bytes, offset, length);
    }
    return count;
  }

  private boolean advance() throws IOException {
    if (ended) {
      return false;
    }
    if (nextDirectory < directories.size()) {
      LayerNode node = directories.get(nextDirectory++);
      part = bytes(head(node.path(), RawName.EMPTY, directory(node)));
      return true;
    }
    if (nextFile()) {
      return true;
    }
    ended = true;
    part = bytes(trailer());
    return true;
  }

  private static AciEntry directory(LayerNode node) {
    return new AciEntry(
        node.path(), EntryType.DIRECTORY, node.file().attributes(), RawName.EMPTY, Device.NONE, 0);
  }

  private static AciEntry addedLink(LayerNode node) {
    Attributes attributes = new Attributes(0777, 0, 0, 0, 0, List.of());
    return new AciEntry(
        node.path(), EntryType.SYMLINK, attributes, node.file().link(), Device.NONE, 0);
  }

  private boolean nextFile() throws IOException {
    while (true) {
      LayerReader current = reader;
      Optional<TarEntry> entry = current == null ? Optional.empty() : current.next();
      if (current != null && entry.isPresent()) {
        List<LayerNode> names = files.get(layer).get(current.number());
        if (names != null) {
          part = file(entry.get(), names, current.content());
          return true;
        }
      } else if (!nextLayer()) {
        return false;
      }
    }
  }

  private boolean nextLayer() throws IOException {
    close();
    reader = null;
    layer++;
    while (layer < files.size() && files.get(layer).isEmpty()) {
      layer++;
    }
    if (layer == files.size()) {
      return false;
    }
    reader = tree.read(layer);
    return true;
  }

  /** A file under its first name, its content, and its other names. */
  private InputStream file(TarEntry tar, List<LayerNode> names, InputStream content) {
    EntryRules rules = tree.rules(layer);
    Attributes attributes = rules.attributes(tar);
    Device device =
        tar.type() == EntryType.CHARACTER_DEVICE ? rules.harmlessDevice(tar) : Device.NONE;
    RawName first = names.get(0).path();
    RawName link = tar.type() == EntryType.SYMLINK ? tar.link() : RawName.EMPTY;
    AciEntry entry = new AciEntry(first, tar.type(), attributes, link, device, tar.size());
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    rest.writeBytes(TarWriter.padding(tar.size()));
    boolean linked = tar.type() == EntryType.REGULAR;
    AciEntry other =
        linked
            ? new AciEntry(first, EntryType.HARD_LINK, attributes, first, Device.NONE, 0)
            : entry;
    for (LayerNode name : names.subList(1, names.size())) {
      rest.writeBytes(head(name.path(), linked ? ROOTFS.resolve(first) : link, other));
    }
    return new SequenceInputStream(
        Collections.enumeration(
            List.of(bytes(head(first, link, entry)), content, bytes(rest.toByteArray()))));
  }

  private byte[] trailer() {
    Attributes attributes = new Attributes(0644, 0, 0, 0, 0, List.of());
    AciEntry entry =
        new AciEntry(
            MANIFEST, EntryType.REGULAR, attributes, RawName.EMPTY, Device.NONE, manifest.length);
    ByteArrayOutputStream trailer = new ByteArrayOutputStream();
    for (LayerNode node : addedLinks) {
      trailer.writeBytes(head(node.path(), node.file().link(), addedLink(node)));
    }
    trailer.writeBytes(TarWriter.head(MANIFEST, RawName.EMPTY, entry));
    trailer.writeBytes(manifest);
    trailer.writeBytes(TarWriter.padding(manifest.length));
    trailer.writeBytes(new byte[2 * TarHeader.BLOCK]);
    return trailer.toByteArray();
  }

  private static byte[] head(RawName path, RawName link, AciEntry entry) {
    return TarWriter.head(ROOTFS.resolve(path), link, entry);
  }

  private static InputStream bytes(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  @Override
  public void close() throws IOException {
    LayerReader current = reader;
    if (current != null) {
      current.close();
    }
  }
}
