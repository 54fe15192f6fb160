// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import io.rktj.PodException;
import io.rktj.linux.AtomicFile;
import io.rktj.linux.DirectoryLock;
import io.rktj.linux.ErrnoException;
import io.rktj.spec.AcIdentifier;
import io.rktj.spec.ImageId;
import io.rktj.spec.MalformedException;
import io.rktj.spec.json.JsonReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The files that make up a stored image, and the order in which they come and go: the record last
 * when it comes, first when it goes, every step on the disk before the next. So a reader needs no
 * lock, and a crash leaves at most files without a record, which {@link #orphans} finds. Writers
 * hold the commit lock.
 */
final class ImageIndex {
  private final StoreFiles files;
  private final StoreLayout layout;

  ImageIndex(StoreFiles files, StoreLayout layout) {
    this.files = files;
    this.layout = layout;
  }

  /** Waits for the right to write. */
  DirectoryLock lock() throws ErrnoException {
    return DirectoryLock.exclusive(files.kernel(), layout.commitLock());
  }

  /** The record of {@code id}; empty if the image is not in the store. */
  Optional<ImageRecord> record(ImageId id) {
    String path = layout.image(id);
    Optional<byte[]> document = files.read(path);
    if (document.isEmpty()) {
      return Optional.empty();
    }
    ImageRecord record = ImageRecord.parse(document.get(), path);
    if (!record.id().hex().equals(id.hex())) {
      throw new StoreException("record \"" + path + "\" is of another image: " + record.id());
    }
    return Optional.of(record);
  }

  /** What is known of {@code place}; the image may be gone. */
  Optional<RemoteRecord> remote(String place) {
    String path = layout.remote(place);
    Optional<byte[]> document = files.read(path);
    if (document.isEmpty()) {
      return Optional.empty();
    }
    Optional<RemoteRecord> record = row(document.get(), path);
    return record.isPresent() && record.get().place().equals(place) ? record : Optional.empty();
  }

  /** Empty if the row cannot be read: what it remembered is then asked for again. */
  private static Optional<RemoteRecord> row(byte[] document, String path) {
    try {
      return Optional.of(RemoteRecord.parse(document, path));
    } catch (MalformedException e) {
      return Optional.empty();
    }
  }

  /** Ids of all records. */
  List<ImageId> ids() {
    return parsed(files.names(layout.images()));
  }

  /** Ids that may belong to images called {@code name}. */
  List<ImageId> idsNamed(AcIdentifier name) {
    return parsed(files.names(layout.name(name)));
  }

  private static List<ImageId> parsed(List<String> names) {
    List<ImageId> ids = new ArrayList<>(names.size());
    for (String name : names) {
      try {
        ids.add(ImageId.parse(name));
      } catch (MalformedException ignored) {
        // something else was put there: it is no image
      }
    }
    return ids;
  }

  /**
   * Adds an image whose tar lies, checked and on the disk, at {@code blob}; or, if it is there
   * already, adds to what is known of it. What was known of its place is replaced.
   */
  ImageRecord add(DirectoryLock lock, ImageRecord record, byte[] manifest, String blob)
      throws ErrnoException {
    require(lock);
    String names = layout.name(record.name()); // refuses a long name before anything is there
    requireReadable(record);
    Optional<ImageRecord> known = record(record.id());
    if (known.isEmpty()) {
      publish(record, manifest, blob, names);
    }
    ImageRecord merged = known.isEmpty() ? record : known.get().mergedWith(record);
    if (known.isPresent()) {
      write(layout.image(record.id()), merged.toBytes());
    }
    RemoteRecord remote =
        new RemoteRecord(record.origin().location(), record.id(), record.origin().freshness());
    write(layout.remote(remote.place()), remote.toJson());
    return merged;
  }

  private static void requireReadable(ImageRecord record) {
    if (record.head().length() > JsonReader.MAX_DOCUMENT) {
      throw new StoreException("labels of image \"" + record.name() + "\" are too long");
    }
  }

  private void publish(ImageRecord record, byte[] manifest, String blob, String names)
      throws ErrnoException {
    ImageId id = record.id();
    boolean done = false;
    try {
      files.makeDirectory(layout.blobDirectory(id));
      files.rename(blob, layout.blob(id));
      files.sync(layout.blobDirectory(id));
      write(layout.manifest(id), manifest);
      files.makeDirectory(names);
      files.makeEmptyFile(names, id.toString());
      write(layout.image(id), record.toBytes());
      done = true;
    } finally {
      if (!done) {
        discard(id, names);
      }
    }
  }

  /** Removes what could not be completed; the failure that led here is the one to report. */
  private void discard(ImageId id, String names) {
    try {
      removeFiles(id, names);
    } catch (ErrnoException ignored) {
      // left without a record for the next sweep
    }
  }

  /** Removes an image, whatever its record says; what is not there is no failure. */
  void remove(DirectoryLock lock, ImageId id) throws ErrnoException {
    require(lock);
    Optional<ImageRecord> record;
    try {
      record = record(id);
    } catch (PodException unreadable) {
      for (String name : files.names(layout.names())) {
        removeFiles(id, layout.names() + "/" + name); // under one of them it is
      }
      return;
    }
    if (record.isPresent()) {
      removeFiles(id, layout.name(record.get().name()));
    }
  }

  private void removeFiles(ImageId id, String names) throws ErrnoException {
    files.unlink(layout.image(id));
    files.sync(layout.images());
    files.unlink(names + "/" + id);
    files.unlink(layout.manifest(id));
    files.unlink(layout.blob(id));
  }

  private void write(String path, byte[] content) throws ErrnoException {
    AtomicFile.write(files.kernel(), path, content, StoreFiles.FILE_MODE);
  }

  /** Files of images without a record, and rows of places whose image is gone. */
  List<String> orphans(DirectoryLock lock) {
    require(lock);
    Set<String> ids = new HashSet<>(files.names(layout.images()));
    List<String> orphans = new ArrayList<>();
    List<String> directories = new ArrayList<>(List.of(layout.manifests()));
    for (String name : files.names(layout.names())) {
      directories.add(layout.names() + "/" + name);
    }
    for (String prefix : files.names(layout.blobs())) {
      directories.add(layout.blobs() + "/" + prefix);
    }
    for (String directory : List.of(layout.images(), layout.manifests(), layout.remotes())) {
      for (String name : files.leftovers(directory)) {
        orphans.add(directory + "/" + name);
      }
    }
    for (String directory : directories) {
      for (String name : files.names(directory)) {
        if (!ids.contains(name)) {
          orphans.add(directory + "/" + name);
        }
      }
    }
    for (String name : files.names(layout.remotes())) {
      String path = layout.remotes() + "/" + name;
      Optional<byte[]> document = files.read(path);
      if (document.isPresent() && !isOfAnImage(document.get(), path, ids)) {
        orphans.add(path);
      }
    }
    return orphans;
  }

  private static boolean isOfAnImage(byte[] document, String path, Set<String> ids) {
    Optional<RemoteRecord> row = row(document, path);
    return row.isPresent() && ids.contains(row.get().id().toString());
  }

  private static void require(DirectoryLock lock) {
    if (!lock.isExclusive()) {
      throw new IllegalArgumentException("the commit lock must be exclusive");
    }
  }
}
