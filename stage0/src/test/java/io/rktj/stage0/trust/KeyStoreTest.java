// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.AcIdentifier;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The layout of spec/rkt-cli.md section 9 and the families pfx-*, key-two-in-file. */
class KeyStoreTest {
  private static final AcIdentifier NAME = AcIdentifier.parse("example.com/foo/bar");

  @TempDir private Path config;
  private Path system = Path.of("/nonexistent");
  private Path local = Path.of("/nonexistent");
  private KeyStore store = new KeyStore(system, local);

  @BeforeEach
  void opensStore() {
    system = config.resolve("system");
    local = config.resolve("local");
    store = new KeyStore(system, local);
  }

  private static OfferedKey offered(TestKey key) throws Exception {
    return OfferedKey.parse(key.armoured()).get(0);
  }

  /** Writes a file of a store by hand, with the permissions of an administrator's umask. */
  private static Path put(Path config, String place, byte[] content) throws Exception {
    Path file = config.resolve("trustedkeys").resolve(place);
    Files.createDirectories(parent(file));
    Files.write(file, content);
    try (Stream<Path> paths = Files.walk(config)) {
      for (Path path : paths.toList()) {
        Files.setPosixFilePermissions(
            path,
            PosixFilePermissions.fromString(Files.isDirectory(path) ? "rwxr-xr-x" : "rw-r--r--"));
      }
    }
    return file;
  }

  private static Path parent(Path file) {
    return requireNonNull(file.getParent());
  }

  private List<String> scopes(String name) {
    return store.keysFor(AcIdentifier.parse(name)).stream()
        .map(key -> key.scope().prefix())
        .toList();
  }

  @Test
  void writesAKeyUnderItsPrefixAndFingerprint() throws Exception {
    TestKey key = TestKey.ofEd25519();

    Path file = store.add(KeyScope.of(AcIdentifier.parse("example.com/foo")), offered(key));

    assertThat(file)
        .isEqualTo(
            local.resolve("trustedkeys/prefix.d/example.com/foo").resolve(key.fingerprint()));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r--r--");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(parent(file))))
        .isEqualTo("rwxr-xr-x");
    assertThat(Files.readString(file)).startsWith("-----BEGIN PGP PUBLIC KEY BLOCK-----");
    assertThat(parent(file).toFile().list()).hasSize(1);
  }

  @Test
  void findsKeysAtTheNameAndAboveIt() throws Exception {
    store.add(KeyScope.ROOT, offered(TestKey.ofEd25519()));
    store.add(new KeyScope("example.com"), offered(TestKey.ofEd25519()));
    store.add(new KeyScope("example.com/foo"), offered(TestKey.ofEd25519()));

    assertThat(scopes("example.com/foo/bar")).containsExactly("", "example.com", "example.com/foo");
    assertThat(scopes("example.com/foo")).containsExactly("", "example.com", "example.com/foo");
    assertThat(scopes("example.com/fo")).containsExactly("", "example.com");
    assertThat(scopes("example.com/fooo")).containsExactly("", "example.com");
    assertThat(scopes("example.org/foo")).containsExactly("");
  }

  @Test
  void masksAKeyOfTheSystemByAnEmptyFile() throws Exception {
    TestKey key = TestKey.ofEd25519();
    put(system, "root.d/" + key.fingerprint(), key.armoured());
    assertThat(store.hasKeysFor(NAME)).isTrue();

    put(local, "root.d/" + key.fingerprint(), new byte[0]);

    assertThat(store.hasKeysFor(NAME)).isFalse();
  }

  @Test
  void masksARootKeyForOnePrefixOnly() throws Exception {
    TestKey key = TestKey.ofEd25519();
    store.add(KeyScope.ROOT, offered(key));

    put(local, "prefix.d/example.com/foo/" + key.fingerprint(), new byte[0]);

    assertThat(store.hasKeysFor(NAME)).isFalse();
    assertThat(store.hasKeysFor(AcIdentifier.parse("example.com/other"))).isTrue();
  }

  @Test
  void refusesAFileNamedAfterAnotherKey() throws Exception {
    put(local, "root.d/" + TestKey.ofEd25519().fingerprint(), TestKey.ofEd25519().armoured());

    assertThatThrownBy(() -> store.hasKeysFor(NAME))
        .isInstanceOf(UntrustedImageException.class)
        .hasMessageContaining("fingerprint mismatch: ");
  }

  @Test
  void refusesFilesAndDirectoriesThatOthersMayWrite() throws Exception {
    TestKey key = TestKey.ofEd25519();
    Path file = put(local, "root.d/" + key.fingerprint(), key.armoured());
    for (Path path : List.of(file, parent(file), local.resolve("trustedkeys"), local)) {
      var before = Files.getPosixFilePermissions(path);
      for (String loose : List.of("rwxrwxr-x", "rwxr-xrwx")) {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(loose));

        assertThatThrownBy(() -> store.hasKeysFor(NAME))
            .isInstanceOf(UntrustedImageException.class)
            .hasMessageContaining("is writable by its group or by others");
      }
      Files.setPosixFilePermissions(path, before);
    }
    assertThat(store.hasKeysFor(NAME)).isTrue();
  }

  @Test
  void refusesLinks() throws Exception {
    TestKey key = TestKey.ofEd25519();
    Path file = put(local, "root.d/" + key.fingerprint(), key.armoured());
    Path elsewhere = Files.move(file, config.resolve("elsewhere"));
    Files.createSymbolicLink(file, elsewhere);

    assertThatThrownBy(() -> store.hasKeysFor(NAME))
        .hasMessageContaining("is neither a regular file nor a directory");
  }

  @Test
  void storesOneKeyPerFileOfAFileWithTwo() throws Exception {
    TestKey one = TestKey.ofEd25519();
    TestKey two = TestKey.ofRsa(2048);
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(one.armoured());
    both.writeBytes(two.armoured());

    List<OfferedKey> offered = OfferedKey.parse(both.toByteArray());
    offered.forEach(key -> store.add(KeyScope.ROOT, key));

    assertThat(offered)
        .extracting(OfferedKey::fingerprint)
        .containsExactly(one.fingerprint(), two.fingerprint());
    assertThat(local.resolve("trustedkeys/root.d").toFile().list())
        .containsExactlyInAnyOrder(one.fingerprint(), two.fingerprint());
    assertThat(store.keysFor(NAME)).hasSize(2);
  }

  @Test
  void believesOnlyTheFirstKeyOfAStoredFile() throws Exception {
    TestKey one = TestKey.ofEd25519();
    TestKey two = TestKey.ofEd25519();
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(one.encoded());
    both.writeBytes(two.encoded());
    put(local, "root.d/" + one.fingerprint(), Armour.close(both.toByteArray()));

    assertThat(store.keysFor(NAME))
        .singleElement()
        .extracting(key -> key.ring().fingerprint())
        .isEqualTo(one.fingerprint());
  }

  @Test
  void showsFingerprintsInGroupsWithSubkeysAndIdentities() throws Exception {
    TestKey key = TestKey.ofEd25519().withSubkey(TestKey.ed25519(), true, binding -> {});

    TrustedKeyReview review = offered(key).review();

    assertThat(review.fingerprint())
        .matches("([0-9A-F]{4} ){4}[0-9A-F]{4}  ([0-9A-F]{4} ){4}[0-9A-F]{4}");
    assertThat(review.subkeyFingerprints()).hasSize(1);
    assertThat(review.identities()).containsExactly("Test <test@example.com>");
  }

  @Test
  void refusesWhatIsNoPublicKey() throws Exception {
    TestKey key = TestKey.ofEd25519();
    refusesKeyFile(new byte[0], "no armoured PGP PUBLIC KEY BLOCK");
    refusesKeyFile(key.sign(new byte[1]), "does not begin with a public key");
    refusesKeyFile(
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n".getBytes(StandardCharsets.UTF_8),
        "private key");
    byte[] newer = key.encoded();
    newer[2] = 6;
    refusesKeyFile(newer, "unsupported version 6");
  }

  private static void refusesKeyFile(byte[] file, String reason) {
    assertThatThrownBy(() -> OfferedKey.parse(file))
        .isInstanceOf(UntrustedImageException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void refusesPrefixesThatLeadElsewhere() throws Exception {
    OfferedKey key = offered(TestKey.ofEd25519());

    assertThatThrownBy(() -> store.add(new KeyScope("example.com/../../x"), key))
        .isInstanceOf(UntrustedImageException.class);
  }
}
