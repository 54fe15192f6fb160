// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import io.rktj.PodException;
import io.rktj.linux.DirectoryLock;
import io.rktj.linux.DirectoryMaker;
import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.FileStatus;
import io.rktj.linux.Kernel;
import io.rktj.spec.AcIdentifier;
import io.rktj.spec.ImageId;
import io.rktj.spec.Labels;
import io.rktj.stage0.fetch.FetchedAci;
import io.rktj.stage0.trust.PendingVerification;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Content-addressed images on disk ({@link StoreLayout} draws the files, {@link ImageIndex} says in
 * which order they come and go). Any number of processes may use one store at once: readers take no
 * lock, and see an image whole or not at all; a kill at any moment leaves a store that is right.
 * Thread-confined.
 */
public final class ImageStore {
  /** {@code UTIME_NOW} of {@code utimensat(2)}. */
  private static final int UTIME_NOW = (1 << 30) - 1;

  private final StoreFiles files;
  private final StoreLayout layout;
  private final ImageIndex index;
  private final Clock clock;
  private final StoredImage.ManifestSource manifests;

  private ImageStore(StoreFiles files, StoreLayout layout, Clock clock) {
    this.files = files;
    this.layout = layout;
    this.index = new ImageIndex(files, layout);
    this.clock = clock;
    this.manifests = new ManifestFiles(files, layout);
  }

  /**
   * The store in {@code DIR/cas}, made if it is not there. A data directory that is not ours, or
   * that others may write to, is refused: whoever can write there decides what we run. So is a
   * store that everybody may enter.
   */
  public static ImageStore open(Path dataDirectory, Kernel kernel, Clock clock) {
    String data = dataDirectory.toString();
    StoreLayout layout = new StoreLayout(data + "/cas");
    StoreFiles files = new StoreFiles(kernel);
    try {
      if (!files.exists(layout.images())) {
        DirectoryMaker.make(kernel, data, StoreFiles.DIRECTORY_MODE);
        DataDirectory.requireOurs(kernel, data);
        for (String directory : layout.all()) {
          files.makeDirectory(directory);
        }
      }
      DataDirectory.requireOurs(kernel, data);
      DataDirectory.requireClosed(kernel, layout.cas());
    } catch (ErrnoException e) {
      throw new StoreException("cannot open store in \"" + data + "\"", e);
    }
    return new ImageStore(files, layout, clock);
  }

  /**
   * Where the records of the store in a data directory lie: a directory that is there if the store
   * is, and changes when an image comes or goes.
   */
  public static Path records(Path dataDirectory) {
    return Path.of(new StoreLayout(dataDirectory + "/cas").images());
  }

  /** Where things are in this store. */
  public StoreLayout layout() {
    return layout;
  }

  /** A new place for unfinished work in the store's file system; whoever asks closes it. */
  public WorkDirectory newWork() {
    try {
      return WorkDirectory.create(files.kernel(), layout.tmp());
    } catch (ErrnoException e) {
      throw new StoreException("cannot make a directory in \"" + layout.tmp() + "\"", e);
    }
  }

  /**
   * Waits until nobody else fetches the image at {@code place}, so that the work is done once; who
   * has waited looks in the store again. Never held while waiting for another such lock.
   */
  public DirectoryLock lockPlace(String place) {
    return lock(layout.placeLock(place));
  }

  /** The same without waiting: empty if somebody else is at it. */
  public Optional<DirectoryLock> tryLockPlace(String place) {
    String path = layout.placeLock(place);
    try {
      files.makeDirectory(path);
      return DirectoryLock.tryExclusive(files.kernel(), path);
    } catch (ErrnoException e) {
      throw new StoreException("cannot lock \"" + path + "\"", e);
    }
  }

  /** Waits until nobody else makes or removes the tree {@code id}. */
  public DirectoryLock lockTree(String id) {
    return lock(layout.treeLock(id));
  }

  private DirectoryLock lock(String path) {
    try {
      files.makeDirectory(path);
      return DirectoryLock.exclusive(files.kernel(), path);
    } catch (ErrnoException e) {
      throw new StoreException("cannot lock \"" + path + "\"", e);
    }
  }

  /**
   * Takes an image in, in one pass over its bytes: every check is passed before it has a name, and
   * a refused one leaves nothing. Closes {@code aci}.
   */
  public StoredImage add(FetchedAci aci, PendingVerification verification, ImportWish wish) {
    try (aci;
        WorkDirectory work = newWork()) {
      long now = clock.millis();
      ImageRecord record =
          new ImageImport(files.kernel(), index, work).run(aci, verification, wish, now);
      StoredImage image = new StoredImage(record, now, manifests);
      touch(image);
      return image;
    }
  }

  /** The image with this hash. */
  public Optional<StoredImage> byId(ImageId id) {
    Optional<ImageRecord> record = index.record(id);
    return record.isEmpty() ? Optional.empty() : stored(record.get());
  }

  private Optional<StoredImage> stored(ImageRecord record) {
    try {
      FileStatus status =
          files.kernel().statAt(Fd.AT_FDCWD, Kernel.path(layout.image(record.id())));
      long used = status.mtimeSeconds() * 1000 + status.mtimeNanos() / 1_000_000;
      return Optional.of(new StoredImage(record, used, manifests));
    } catch (ErrnoException e) {
      return Optional.empty(); // removed since its record was read
    }
  }

  /** The ids that begin with these hexadecimal digits, in order. */
  public List<ImageId> idsWithPrefix(String hex) {
    List<ImageId> matches = new ArrayList<>();
    for (ImageId id : index.ids()) {
      if (id.hex().startsWith(hex)) {
        matches.add(id);
      }
    }
    return matches;
  }

  /**
   * The best image called {@code name} that has all {@code labels}: one that was found without a
   * version if none is asked for, then the one imported last ({@code spec/rkt-cli.md} 4.17).
   *
   * @param unverifiedToo whether one will do that nobody vouches for
   */
  public Optional<StoredImage> byName(AcIdentifier name, Labels labels, boolean unverifiedToo) {
    ImageChoice choice = new ImageChoice(name, labels, unverifiedToo);
    for (ImageId id : index.idsNamed(name)) {
      Optional<ImageRecord> record = index.record(id);
      if (record.isPresent()) {
        choice.offer(record.get());
      }
    }
    Optional<ImageRecord> best = choice.best();
    return best.isEmpty() ? Optional.empty() : stored(best.get());
  }

  /**
   * Checks that a stored image is the one asked for, as {@link #add} does with a new one.
   *
   * @throws io.rktj.spec.MalformedException if it is another
   */
  public void requireMatch(StoredImage image, Requested requested) {
    ImageCheck.check(requested, image.id(), image.name(), image.labels());
  }

  /** What is known of a place, if its image is still here. */
  public Optional<RemoteRecord> remote(String place) {
    Optional<RemoteRecord> record = index.remote(place);
    return record.isPresent() && files.exists(layout.image(record.get().id()))
        ? record
        : Optional.empty();
  }

  /** All images, by id, with what is wrong with records that cannot be read. */
  public ImageListing list() {
    List<StoredImage> images = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (ImageId id : index.ids()) {
      try {
        byId(id).ifPresent(images::add);
      } catch (PodException e) {
        problems.add(e.getMessage());
      }
    }
    return new ImageListing(images, problems);
  }

  /** The ids of all images that are called {@code name}, readable or not. */
  public List<ImageId> idsNamed(AcIdentifier name) {
    return index.idsNamed(name);
  }

  /** Removes an image; its rendered trees stay, so that pods that use them stay whole. */
  public void remove(StoredImage image) {
    remove(image.id());
  }

  /** The same, for an image whose record may be unreadable; none is no failure. */
  public void remove(ImageId id) {
    try (DirectoryLock lock = index.lock()) {
      index.remove(lock, id);
    } catch (ErrnoException e) {
      throw new StoreException("cannot remove image \"" + id + "\"", e);
    }
  }

  /** Notes that an image was used now; an image that is gone meanwhile is no failure. */
  public void touch(StoredImage image) {
    byte[] path = Kernel.path(layout.image(image.id()));
    try {
      files.kernel().utimesAt(Fd.AT_FDCWD, path, 0, UTIME_NOW, 0, UTIME_NOW);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw new StoreException("cannot note the use of \"" + image.id() + "\"", e);
      }
    }
  }

  /** The stored tar, to be read once. */
  public InputStream open(StoredImage image) {
    return BlobInput.open(files.kernel(), layout.blob(image.id()));
  }

  /**
   * Writes the stored tar to {@code out}; fails at its end if its hash is no longer its id.
   *
   * @throws IOException if {@code out} cannot be written to
   */
  public void copy(StoredImage image, OutputStream out) throws IOException {
    String hash = BlobInput.copy(open(image), out);
    if (!hash.equals(image.id().hex())) {
      throw new StoreException(
          "image hash does not match expected (" + hash + " != " + image.id() + ")",
          "remove the image and fetch it again",
          null);
    }
  }

  /** Reads the stored tar again; true if its hash is still its id. */
  public boolean verifies(StoredImage image) {
    return BlobInput.hash(open(image)).equals(image.id().hex());
  }

  /**
   * Clears what crashes have left: work that nobody is at, and files without a record.
   *
   * @return how many things were removed
   */
  public int sweep() {
    int removed = 0;
    try {
      for (String name : files.names(layout.tmp())) {
        if (name.startsWith(WorkDirectory.PREFIX)
            && WorkDirectory.sweep(files.kernel(), layout.tmp(), name)) {
          removed++;
        }
      }
      try (DirectoryLock lock = index.lock()) {
        for (String orphan : index.orphans(lock)) {
          files.unlink(orphan);
          removed++;
        }
      }
    } catch (ErrnoException e) {
      throw new StoreException("cannot clean \"" + layout.cas() + "\"", e);
    }
    return removed;
  }
}
