// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import io.rktj.spec.archive.LayerNode.LayerFile;
import io.rktj.spec.archive.TarReader.TarEntry;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The file system that the layers of one image make up, put together in memory by names alone (OCI
 * image specification, layers): a later layer adds files, replaces them, and takes files of earlier
 * ones away by whiteouts ({@code .wh.NAME}, and {@code .wh..wh..opq} for all that earlier layers
 * have in a directory), wherever in the layer these stand. Every layer keeps the rules of {@link
 * AciReader} but for those of its layout; nothing is written anywhere, so no name leads out of the
 * image. Its bytes come from {@link #image}, which reads the layers a second time.
 */
public final class LayerTree {
  private static final String WHITEOUT = ".wh.";
  private static final String META = ".wh..wh.";
  private static final String OPAQUE = ".wh..wh..opq";
  private static final int MOST_LINKS = 40;
  private static final int MEMORY_PER_NAME = 64;
  private static final List<ExtendedAttribute> NONE = List.of();

  private final String subject;
  private final ArchiveLimits limits;
  private final LayerNode root = LayerNode.root();
  private final List<Layer> layers = new ArrayList<>();
  private long names;
  private long nameBytes;
  private int linksLeft;

  /** An empty file system of the image {@code subject}, which messages name. */
  public LayerTree(String subject, ArchiveLimits limits) {
    this.subject = subject;
    this.limits = limits;
  }

  /** A layer as it came, to be read twice. */
  public interface Layer {
    /** What messages call it. */
    String name();

    /** Its bytes, compressed or not, from the beginning. */
    InputStream open() throws IOException;
  }

  /**
   * Lays one more layer over those before; {@code tap} is shown every byte of its tar.
   *
   * @throws io.rktj.spec.MalformedException if it breaks a rule; the whole tree is then worthless
   */
  public void add(Layer layer, ByteSink tap) throws IOException {
    Refusal refusal = refusal(layer);
    layers.add(layer);
    Placing placing = new Placing(layers.size() - 1, new EntryRules(limits, refusal), refusal);
    try (LayerReader reader = LayerReader.open(layer.open(), tap, limits, refusal)) {
      Optional<TarEntry> entry = reader.next();
      while (entry.isPresent()) {
        placing.place(entry.get(), reader.number());
        entry = reader.next();
      }
    }
  }

  /** Adds a symbolic link of the image's maker to a directory, unless something is there. */
  public void addLink(String directory, String name, String target) {
    LayerNode parent = root.child(RawName.of(directory));
    if (parent == null) {
      parent = root.add(RawName.of(directory), LayerFile.impliedDirectory(), layers.size());
    }
    if (!parent.isDirectory()) {
      throw new Refusal(subject).because("\"/" + directory + "\" is not a directory");
    }
    if (parent.child(RawName.of(name)) == null) {
      parent.add(RawName.of(name), LayerFile.addedLink(RawName.of(target)), layers.size());
    }
  }

  /** The uncompressed tar of the image with this manifest; who reads it closes it. */
  public InputStream image(byte[] manifest) {
    return new SquashedImage(this, manifest);
  }

  LayerNode root() {
    return root;
  }

  int count() {
    return layers.size();
  }

  LayerReader read(int layer) throws IOException {
    Layer source = layers.get(layer);
    return LayerReader.open(source.open(), ByteSink.NONE, limits, refusal(source));
  }

  EntryRules rules(int layer) {
    return new EntryRules(limits, refusal(layers.get(layer)));
  }

  private Refusal refusal(Layer layer) {
    return new Refusal(subject + "\", layer \"" + layer.name());
  }

  /** Gives the entries of one layer their places. */
  private final class Placing {
    private final int layer;
    private final EntryRules rules;
    private final Refusal refusal;

    Placing(int layer, EntryRules rules, Refusal refusal) {
      this.layer = layer;
      this.rules = rules;
      this.refusal = refusal;
    }

    void place(TarEntry entry, long number) {
      RawName name = rules.clean(entry.name(), entry.name());
      if (name.isEmpty()) {
        if (entry.type() != EntryType.DIRECTORY) {
          throw refusal.because("archive's root is not a directory", entry.name());
        }
        root.replace(file(entry, number), layer);
        return;
      }
      if (name.startsWithAscii(META) && !name.isAscii(OPAQUE)) {
        return; // notes of aufs for itself
      }
      RawName last = name.last();
      if (last.startsWithAscii(WHITEOUT)) {
        hide(entry, name.parent(), last);
        return;
      }
      requirePlain(name.parent(), entry);
      put(entry, directory(name.parent(), entry), last, number);
    }

    private void hide(TarEntry entry, RawName directory, RawName marker) {
      if (entry.type() != EntryType.REGULAR && entry.type() != EntryType.HARD_LINK) {
        throw refusal.because("whiteout is not a regular file", entry.name());
      }
      requirePlain(directory, entry);
      LayerNode node = follow(find(directory));
      RawName hidden = marker.from(WHITEOUT.length());
      if (hidden.isEmpty() || hidden.isAscii(".") || hidden.isAscii("..")) {
        throw refusal.because("whiteout hides no single name", entry.name());
      }
      if (node == null || !node.isDirectory()) {
        return; // nothing is there to be hidden
      }
      if (marker.isAscii(OPAQUE)) {
        node.hideChildren(layer);
      } else {
        node.hide(hidden, layer);
      }
    }

    private void requirePlain(RawName directory, TarEntry entry) {
      for (RawName part : directory.components()) {
        if (part.startsWithAscii(WHITEOUT)) {
          throw refusal.because("entry lies beneath a whiteout", entry.name());
        }
      }
    }

    private void put(TarEntry entry, LayerNode directory, RawName name, long number) {
      LayerFile file = entry.type() == EntryType.HARD_LINK ? target(entry) : file(entry, number);
      LayerNode known = directory.child(name);
      if (known == null) {
        requireRoom(directory, name, entry);
        directory.add(name, file, layer);
        return;
      }
      boolean directories = known.isDirectory() && file.type() == EntryType.DIRECTORY;
      if (!directories && known.layer() == layer) {
        throw refusal.because(
            known.isDirectory() && known.file().layer() < layer
                ? "earlier entries lie beneath it, but it is not a directory"
                : "duplicate file entry in archive",
            entry.name());
      }
      known.replace(file, layer);
    }

    private LayerFile file(TarEntry entry, long number) {
      RawName link =
          entry.type() == EntryType.SYMLINK ? rules.symbolicTarget(entry) : RawName.EMPTY;
      if (entry.type() == EntryType.CHARACTER_DEVICE) {
        rules.harmlessDevice(entry);
      }
      AciEntry.Attributes attributes = rules.attributes(entry);
      boolean kept = entry.type() == EntryType.DIRECTORY;
      keep(link.length(), entry);
      for (ExtendedAttribute attribute : kept ? attributes.xattrs() : NONE) {
        keep(attribute.name().length() + attribute.value().length(), entry);
      }
      return new LayerFile(
          layer, number, entry.type(), link, kept ? attributes : LayerNode.PLAIN_DIRECTORY);
    }

    private LayerFile target(TarEntry entry) {
      LayerNode target = find(rules.clean(entry.link(), entry.name()));
      EntryType type = target == null ? EntryType.DIRECTORY : target.file().type();
      if (target == null || (type != EntryType.REGULAR && type != EntryType.SYMLINK)) {
        throw refusal.because(
            "hard link's target \"" + entry.link() + "\" is not an earlier regular file",
            entry.name());
      }
      return target.file();
    }

    /** The directory that entries are put into; made where it is missing. */
    private LayerNode directory(RawName path, TarEntry entry) {
      LayerNode node = root;
      for (RawName part : path.components()) {
        LayerNode child = node.child(part);
        if (child == null) {
          requireRoom(node, part, entry);
          child = node.add(part, LayerFile.impliedDirectory(), layer);
        }
        if (child.file().type() == EntryType.SYMLINK && child.layer() < layer) {
          linksLeft = MOST_LINKS;
          child = follow(child); // such as lib, which is usr/lib in a layer below
        }
        if (child == null || !child.isDirectory()) {
          throw refusal.because("parent \"" + path + "\" is not a directory", entry.name());
        }
        node = child;
      }
      return node;
    }

    /** Counts what stays in memory, whether or not it is hidden later on. */
    private void keep(long bytes, TarEntry entry) {
      nameBytes += bytes;
      if (nameBytes > limits.nameTableBytes()) {
        throw refusal.because(
            "names take more than " + limits.nameTableBytes() + " bytes", entry.name());
      }
    }

    /** Links may lead deeper than any name of the archive says. */
    private void requireRoom(LayerNode directory, RawName name, TarEntry entry) {
      names++;
      keep(name.length() + MEMORY_PER_NAME, entry);
      if (names > limits.entries()) {
        throw refusal.because("image has more than " + limits.entries() + " names", entry.name());
      }
      if (directory.depth() >= limits.depth()) {
        throw refusal.because("name has more than " + limits.depth() + " components", entry.name());
      }
    }
  }

  /** What lies at {@code path}; links on the way to it are followed, within the image. */
  private @Nullable LayerNode find(RawName path) {
    linksLeft = MOST_LINKS;
    return walk(root, path);
  }

  private @Nullable LayerNode walk(LayerNode start, RawName path) {
    LayerNode node = path.length() > 0 && path.at(0) == '/' ? root : start;
    List<RawName> parts = path.components();
    for (int i = 0; i < parts.size(); i++) {
      RawName part = parts.get(i);
      if (part.isEmpty() || part.isAscii(".")) {
        continue;
      }
      LayerNode next = part.isAscii("..") ? node.parent() : node.child(part);
      if (i < parts.size() - 1) {
        next = follow(next);
      }
      if (next == null) {
        return null;
      }
      node = next;
    }
    return node;
  }

  /** Where a link leads in the end; anything else is where it is. */
  private @Nullable LayerNode follow(@Nullable LayerNode link) {
    LayerNode node = link;
    while (node != null && node.file().type() == EntryType.SYMLINK) {
      if (linksLeft == 0) {
        return null;
      }
      linksLeft--;
      node = walk(node.parent(), node.file().link());
    }
    return node;
  }
}
