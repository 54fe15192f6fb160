// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import static java.util.Objects.requireNonNull;

import io.rktj.spec.AcIdentifier;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The {@code trustedkeys} directory of one configuration directory; reads and writes its files.
 * Nothing below the configuration directory is used that somebody else could have put there.
 */
final class KeyDirectory {
  private static final int MAXIMUM_KEY_FILE = 1 << 20;
  private static final int DIRECTORY = 0755;
  private static final int SHARED_DIRECTORY = 02775;

  private final Path config;
  private final Path keys;
  private final OwnerCheck owner = new OwnerCheck();

  KeyDirectory(Path config) {
    this.config = config.toAbsolutePath().normalize();
    this.keys = this.config.resolve("trustedkeys");
  }

  /** Adds the root keys to {@code found}, which maps fingerprints to keys. */
  void readRoot(Map<String, TrustedKey> found) throws IOException {
    Path root = keys.resolve("root.d");
    if (isUsable() && owner.isDirectory(root)) {
      readKeys(root, KeyScope.ROOT, found);
    }
  }

  /** Adds the keys of every prefix of {@code name}, shortest first. */
  void readPrefixes(AcIdentifier name, Map<String, TrustedKey> found) throws IOException {
    Path directory = keys.resolve("prefix.d");
    if (!isUsable() || !owner.isDirectory(directory)) {
      return;
    }
    String prefix = "";
    for (String component : components(name.value())) {
      directory = directory.resolve(component);
      prefix = prefix.isEmpty() ? component : prefix + "/" + component;
      if (!owner.isDirectory(directory)) {
        return;
      }
      readKeys(directory, new KeyScope(prefix), found);
    }
  }

  /** All keys of all prefixes, to explain a refusal. */
  List<TrustedKey> everyPrefixKey() throws IOException {
    List<TrustedKey> all = new ArrayList<>();
    Path root = keys.resolve("prefix.d");
    if (isUsable() && owner.isDirectory(root)) {
      collect(root, "", all);
    }
    return all;
  }

  private void collect(Path directory, String prefix, List<TrustedKey> all) throws IOException {
    if (!prefix.isEmpty()) {
      Map<String, TrustedKey> found = new LinkedHashMap<>();
      readKeys(directory, new KeyScope(prefix), found);
      all.addAll(found.values());
    }
    for (Path entry : entries(directory)) {
      if (owner.isDirectory(entry)) {
        String name = entry.getFileName().toString();
        collect(entry, prefix.isEmpty() ? name : prefix + "/" + name, all);
      }
    }
  }

  private void readKeys(Path directory, KeyScope scope, Map<String, TrustedKey> found)
      throws IOException {
    for (Path file : entries(directory)) {
      if (owner.isDirectory(file)) {
        continue;
      }
      String name = file.getFileName().toString();
      byte[] bytes = read(file);
      if (bytes.length == 0) {
        found.remove(name);
      } else {
        KeyRing ring = KeyRing.parse(bytes).get(0);
        if (!ring.fingerprint().equals(name)) {
          throw new UntrustedImageException(
              "fingerprint mismatch: \"" + file + "\" holds the key " + ring.fingerprint());
        }
        // A key that is found again counts for its new scope, as the last one in order.
        found.remove(name);
        found.put(name, new TrustedKey(ring, scope));
      }
    }
  }

  private byte[] read(Path file) throws IOException {
    owner.requireRegular(file);
    try (InputStream stream = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      byte[] bytes = stream.readNBytes(MAXIMUM_KEY_FILE + 1);
      if (bytes.length > MAXIMUM_KEY_FILE) {
        throw new UntrustedImageException("trusted key \"" + file + "\" is larger than 1 MiB");
      }
      return bytes;
    }
  }

  /** Whether there are any keys here at all, in directories nobody else may write to. */
  private boolean isUsable() throws IOException {
    return Files.exists(keys, LinkOption.NOFOLLOW_LINKS)
        && owner.isDirectory(config)
        && owner.isDirectory(keys);
  }

  /** Writes an accepted key, whole or not at all. */
  Path write(KeyScope scope, OfferedKey key) throws IOException {
    Files.createDirectories(config);
    owner.isDirectory(config);
    Path directory = ensure(keys);
    if (scope.isRoot()) {
      directory = ensure(directory.resolve("root.d"));
    } else {
      directory = ensure(directory.resolve("prefix.d"));
      for (String component : components(scope.prefix())) {
        directory = ensure(directory.resolve(component));
      }
    }
    Path target = directory.resolve(key.fingerprint());
    // The name begins with a dot and the file is removed in any case, so no reader takes it.
    Path temporary = Files.createTempFile(directory, ".key-", "");
    try {
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-r--r--"));
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(key.armoured());
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
    sync(directory);
    return target;
  }

  private Path ensure(Path directory) throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(directory);
      boolean shared = owner.isAdministrators(requireNonNull(directory.getParent()));
      // What administrators share stays theirs, below it as well.
      Files.setAttribute(directory, "unix:mode", shared ? SHARED_DIRECTORY : DIRECTORY);
    }
    if (!owner.isDirectory(directory)) {
      throw new UntrustedImageException("\"" + directory + "\" is not a directory");
    }
    return directory;
  }

  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** The path components of a name; none of them may lead elsewhere. */
  private static List<String> components(String name) {
    List<String> components = List.of(name.split("/", -1));
    for (String component : components) {
      if (component.isEmpty() || component.startsWith(".")) {
        throw new UntrustedImageException("\"" + name + "\" is not a prefix of names");
      }
    }
    return components;
  }

  private static List<Path> entries(Path directory) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path entry : stream) {
        if (!entry.getFileName().toString().startsWith(".")) {
          entries.add(entry);
        }
      }
    }
    entries.sort(null);
    return entries;
  }
}
