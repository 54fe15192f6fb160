// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import io.rktj.linux.Kernel;
import io.rktj.spec.archive.AciVisitor;
import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.Progress;
import io.rktj.stage0.fetch.LocalFiles;
import io.rktj.stage0.trust.ImageVerifier;
import io.rktj.stage0.trust.WaivedOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Stores, imports and listeners for tests. */
public final class TestStore {
  /** Nine in the morning for ever. */
  public static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochSecond(1_700_000_000), ZoneOffset.UTC);

  /** Lets everything in and tells nobody. */
  public static final ImportWish ANY = wish(Requested.ANY, false);

  private TestStore() {}

  /** A data directory that nobody else may write to. */
  public static Path dataIn(Path directory) {
    try {
      Path data = Files.createDirectories(directory.resolve("data"));
      Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
      return data;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens the store in {@code data}. */
  public static ImageStore open(Path data, Kernel kernel) {
    return ImageStore.open(data, kernel, CLOCK);
  }

  /** A wish without a visitor. */
  public static ImportWish wish(Requested requested, boolean latest) {
    return new ImportWish(requested, latest, AciVisitor.NONE, new Listener());
  }

  /** Imports a file unverified, because the user says so. */
  public static StoredImage add(ImageStore store, Path file, ImportWish wish) {
    return add(store, file, wish, WaivedOption.INSECURE_IMAGE);
  }

  /** Imports a file unverified. */
  public static StoredImage add(ImageStore store, Path file, ImportWish wish, WaivedOption option) {
    return store.add(LocalFiles.open(file), ImageVerifier.waive(option), wish);
  }

  /** Paths of all regular files below the store, sorted. */
  public static List<String> filesIn(Path data) {
    Path cas = data.resolve("cas");
    try (Stream<Path> files = Files.walk(cas)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> cas.relativize(file).toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Remembers what it was told. */
  public static final class Listener implements Diagnostics, Progress {
    private final List<String> lines = new ArrayList<>();

    /** Everything told so far, as {@code source: text}. */
    public List<String> lines() {
      return lines;
    }

    @Override
    public void note(String source, String text) {
      lines.add(source + ": " + text);
    }

    @Override
    public void warn(String source, String text) {
      lines.add(source + ": " + text);
    }

    @Override
    public Progress progress(String title, long total) {
      return this;
    }

    @Override
    public void advance(long bytes) {}

    @Override
    public void close() {}
  }
}
