// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.rktj.spec.MalformedException;
import io.rktj.spec.archive.AciEntry.Attributes;
import io.rktj.spec.archive.AciEntry.Device;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One walk over a root file system on disk; knows the files that have several names. */
final class LayoutWalk {
  private final boolean ownerRoot;
  private final AciVisitor visitor;
  private final Cover cover;
  private final Map<UnixFacts.Identity, RawName> firstNames = new HashMap<>();

  /** What lies over the root file system, and so is seen in place of it. */
  interface Cover {
    /** Whether nothing is seen of a file, or of a directory and what is in it. */
    boolean hides(RawName name, boolean directory);

    /** What is seen in place of a directory that is not hidden; it is asked once. */
    Optional<AciEntry> directory(RawName name);
  }

  LayoutWalk(boolean ownerRoot, AciVisitor visitor, Cover cover) {
    this.ownerRoot = ownerRoot;
    this.visitor = visitor;
    this.cover = cover;
  }

  /** A walk over a root file system that nothing lies over. */
  LayoutWalk(boolean ownerRoot, AciVisitor visitor) {
    this(
        ownerRoot,
        visitor,
        new Cover() {
          @Override
          public boolean hides(RawName name, boolean directory) {
            return false;
          }

          @Override
          public Optional<AciEntry> directory(RawName name) {
            return Optional.empty();
          }
        });
  }

  /** Shows what {@code path} is, under the name {@code name}, and what lies in it. */
  void visit(Path path, RawName name) throws IOException {
    UnixFacts facts = UnixFacts.of(path);
    if (cover.hides(name, facts.kind() == UnixFacts.Kind.DIRECTORY)) {
      return;
    }
    switch (facts.kind()) {
      case REGULAR -> visitFile(path, name, facts);
      case DIRECTORY -> {
        Optional<AciEntry> other = cover.directory(name);
        show(
            other.isPresent()
                ? other.get()
                : entry(name, EntryType.DIRECTORY, attributes(path, facts)));
        for (Path child : ImageLayout.children(path)) {
          visit(child, name.resolve(LayoutPaths.nameOf(child)));
        }
      }
      case SYMLINK -> {
        AciEntry plain = entry(name, EntryType.SYMLINK, attributes(path, facts));
        show(withLink(plain, LayoutPaths.linkTarget(path)));
      }
      case FIFO -> show(entry(name, EntryType.FIFO, attributes(path, facts)));
      case CHARACTER_DEVICE -> {
        AciEntry plain = entry(name, EntryType.CHARACTER_DEVICE, attributes(path, facts));
        show(withDevice(plain, facts.device()));
      }
      case SOCKET -> {} // an archive cannot hold one, and it means nothing without its process
      case BLOCK_DEVICE ->
          throw new MalformedException(
              "cannot read image layout: block devices are not allowed: \"" + name + "\"");
    }
  }

  private void visitFile(Path path, RawName name, UnixFacts facts) throws IOException {
    Attributes attributes = attributes(path, facts);
    if (facts.links() > 1) {
      RawName first = firstNames.putIfAbsent(facts.identity(), name);
      if (first != null) {
        show(withLink(entry(name, EntryType.HARD_LINK, attributes), first));
        return;
      }
    }
    try (InputStream in = Files.newInputStream(path, NOFOLLOW_LINKS)) {
      visitor.visit(
          new AciEntry(
              name, EntryType.REGULAR, attributes, RawName.EMPTY, Device.NONE, facts.size()),
          in);
    }
  }

  private void show(AciEntry entry) throws IOException {
    visitor.visit(entry, new ByteArrayInputStream(new byte[0]));
  }

  private Attributes attributes(Path path, UnixFacts facts) throws IOException {
    return new Attributes(
        facts.permissions(),
        ownerRoot ? 0 : facts.uid(),
        ownerRoot ? 0 : facts.gid(),
        facts.mtimeSeconds(),
        facts.mtimeNanos(),
        xattrs(path, facts));
  }

  /**
   * The {@code user.*} attributes, which are all that Java can see, in the order of their names.
   */
  private static List<ExtendedAttribute> xattrs(Path path, UnixFacts facts) throws IOException {
    if (facts.kind() != UnixFacts.Kind.REGULAR && facts.kind() != UnixFacts.Kind.DIRECTORY) {
      return List.of();
    }
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(path, UserDefinedFileAttributeView.class, NOFOLLOW_LINKS);
    if (view == null || !Files.getFileStore(path).supportsFileAttributeView("user")) {
      return List.of();
    }
    List<ExtendedAttribute> xattrs = new ArrayList<>();
    for (String name : view.list()) {
      ByteBuffer value = ByteBuffer.allocate(view.size(name));
      view.read(name, value);
      xattrs.add(new ExtendedAttribute(RawName.of("user." + name), RawName.of(value.array())));
    }
    xattrs.sort(Comparator.comparing(ExtendedAttribute::name));
    return xattrs;
  }

  private static AciEntry entry(RawName name, EntryType type, Attributes attributes) {
    return new AciEntry(name, type, attributes, RawName.EMPTY, Device.NONE, 0);
  }

  private static AciEntry withLink(AciEntry entry, RawName link) {
    return new AciEntry(
        entry.name(), entry.type(), entry.attributes(), link, entry.device(), entry.size());
  }

  private static AciEntry withDevice(AciEntry entry, Device device) {
    return new AciEntry(
        entry.name(), entry.type(), entry.attributes(), entry.link(), device, entry.size());
  }
}
