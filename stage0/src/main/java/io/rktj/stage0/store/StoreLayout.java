// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.ImageId;

/**
 * Every path below {@code DIR/cas}. Directories have mode 0750, files 0640.
 *
 * <pre>
 * cas/blob/sha512/ab/sha512-ab...   uncompressed tar, named by its hash (all 512 bits)
 * cas/manifest/sha512-ab...         the manifest out of it, byte for byte
 * cas/image/sha512-ab...            the record: without it none of the others counts ({@link ImageRecord})
 * cas/name/example.com+app/sha512-ab...   empty: images by name; "/" is written "+"
 * cas/remote/https:++example.com+app.aci  what is known of a place ({@link RemoteRecord})
 * cas/tree/TREE/{rendered,rootfs}   rendered root file systems (tree package)
 * cas/tmp/work-PID-N/               unfinished work, locked as long as somebody is at it
 * cas/locks/{commit,place-00..3f,tree-00..3f}/  locked, never removed
 * </pre>
 */
public final class StoreLayout {
  private static final int LONGEST_FILE_NAME = 255;
  private static final int LOCK_SLOTS = 64;

  private final String cas;

  StoreLayout(String cas) {
    this.cas = cas;
  }

  /** The store's own directory. */
  public String cas() {
    return cas;
  }

  /** Unfinished work and partial downloads. */
  public String tmp() {
    return cas + "/tmp";
  }

  /** Rendered root file systems. */
  public String trees() {
    return cas + "/tree";
  }

  /** One rendered root file system and its marker. */
  public String tree(String id) {
    return cas + "/tree/" + id;
  }

  /** The directory whose lock is held while the tree {@code id} is made or removed. */
  public String treeLock(String id) {
    return slot("tree-", id);
  }

  /** The directory whose lock is held while the image at {@code place} is fetched. */
  public String placeLock(String place) {
    return slot("place-", place);
  }

  String locks() {
    return cas + "/locks";
  }

  String commitLock() {
    return cas + "/locks/commit";
  }

  String images() {
    return cas + "/image";
  }

  String image(ImageId id) {
    return cas + "/image/" + id;
  }

  String manifests() {
    return cas + "/manifest";
  }

  String manifest(ImageId id) {
    return cas + "/manifest/" + id;
  }

  String names() {
    return cas + "/name";
  }

  String name(AcIdentifier name) {
    return cas + "/name/" + fileName(name);
  }

  String blobs() {
    return cas + "/blob/sha512";
  }

  String blobDirectory(ImageId id) {
    return cas + "/blob/sha512/" + id.hex().substring(0, 2);
  }

  /** An image's tar. */
  public String blob(ImageId id) {
    return blobDirectory(id) + "/" + id;
  }

  String remotes() {
    return cas + "/remote";
  }

  String remote(String place) {
    return cas + "/remote/" + RemoteRecord.fileName(place);
  }

  String[] all() {
    return new String[] {
      cas,
      cas + "/blob",
      blobs(),
      manifests(),
      names(),
      remotes(),
      trees(),
      tmp(),
      locks(),
      commitLock(),
      images() // last: who sees it sees them all
    };
  }

  static String fileName(AcIdentifier name) {
    String text = name.value().replace('/', '+');
    if (text.length() > LONGEST_FILE_NAME) {
      throw new StoreException(
          "image name longer than " + LONGEST_FILE_NAME + " characters: \"" + name + "\"");
    }
    return text;
  }

  /** Few locks for many things, so that no lock is ever removed; never two of a kind at once. */
  private String slot(String kind, String key) {
    int slot = (key.hashCode() & 0x7fffffff) % LOCK_SLOTS;
    return locks()
        + "/"
        + kind
        + Character.forDigit(slot >> 4, 16)
        + Character.forDigit(slot & 15, 16);
  }
}
