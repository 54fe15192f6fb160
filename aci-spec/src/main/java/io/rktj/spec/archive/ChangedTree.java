// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import io.rktj.spec.MalformedException;
import io.rktj.spec.archive.AciEntry.Attributes;
import io.rktj.spec.archive.ChangeReader.Change;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A root file system on disk and what a virtual machine has told that an app has written over it,
 * read as one. What the machine has told is never unpacked: it goes from a file into an archive.
 */
public final class ChangedTree implements EntrySource {
  private final Path rootfs;
  private final Path changes;

  /**
   * A tree.
   *
   * @param rootfs the root file system that the app began with
   * @param changes the file that holds what it has written
   */
  public ChangedTree(Path rootfs, Path changes) {
    this.rootfs = rootfs;
    this.changes = changes;
  }

  @Override
  public void walk(boolean ownerRoot, AciVisitor visitor) throws IOException {
    AciVisitor owned =
        (entry, content) -> visitor.visit(ownerRoot ? ofRoot(entry) : entry, content);
    Map<RawName, Change> hidden = read();
    new LayoutWalk(false, owned, new Changes(hidden)).visit(rootfs, RawName.EMPTY);
    try (ChangeReader reader = new ChangeReader(changes)) {
      for (Optional<Change> next = reader.next(); next.isPresent(); next = reader.next()) {
        Change change = next.get();
        if (!change.removed() && hidden.containsKey(change.entry().name())) {
          owned.visit(change.entry(), reader.content());
        }
      }
    }
  }

  private static AciEntry ofRoot(AciEntry entry) {
    Attributes a = entry.attributes();
    return new AciEntry(
        entry.name(),
        entry.type(),
        new Attributes(a.mode(), 0, 0, a.mtimeSeconds(), a.mtimeNanos(), a.xattrs()),
        entry.link(),
        entry.device(),
        entry.size());
  }

  private Map<RawName, Change> read() throws IOException {
    Map<RawName, Change> read = new HashMap<>();
    try (ChangeReader reader = new ChangeReader(changes)) {
      for (Optional<Change> next = reader.next(); next.isPresent(); next = reader.next()) {
        if (read.put(next.get().entry().name(), next.get()) != null) {
          throw new MalformedException(
              "\"" + changes + "\" has \"" + next.get().entry().name() + "\" twice");
        }
      }
    }
    return read;
  }

  /** A directory that goes on as one is shown in its place, and then taken off. */
  private record Changes(Map<RawName, Change> of) implements LayoutWalk.Cover {
    @Override
    public boolean hides(RawName name, boolean directory) {
      Change change = of.get(name);
      return change != null && !(directory && change.isDirectory() && !change.opaque());
    }

    @Override
    public Optional<AciEntry> directory(RawName name) {
      return Optional.ofNullable(of.remove(name)).map(Change::entry);
    }
  }
}
