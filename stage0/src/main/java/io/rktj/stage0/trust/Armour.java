// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.bouncycastle.bcpg.ArmoredInputStream;
import org.bouncycastle.bcpg.ArmoredOutputStream;

/** OpenPGP's text form (RFC 9580 section 6.2) to bytes and back. */
final class Armour {
  static final String SIGNATURE = "PGP SIGNATURE";
  static final String PUBLIC_KEY = "PGP PUBLIC KEY BLOCK";
  static final String PRIVATE_KEY = "PGP PRIVATE KEY BLOCK";

  private static final String BEGIN = "-----BEGIN ";

  private Armour() {}

  /**
   * The bytes of every armoured block in {@code file} one after the other, or {@code file} itself
   * if it is binary. Blocks of another kind than {@code kind} are refused: text that is signed
   * inline, or a message, is not a detached signature.
   */
  static byte[] open(byte[] file, String kind) {
    if (file.length > 0 && (file[0] & 0x80) != 0) {
      return file;
    }
    String text = new String(file, StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int begin = nextBegin(text, 0);
    if (begin < 0) {
      throw new UntrustedImageException("openpgp: no armoured " + kind + " and no binary one");
    }
    while (begin >= 0) {
      if (!text.startsWith(kind + "-----", begin + BEGIN.length())) {
        throw new UntrustedImageException("openpgp: the file holds something else than " + kind);
      }
      int next = nextBegin(text, begin + 1);
      String block = text.substring(begin, next < 0 ? text.length() : next);
      bytes.writeBytes(decode(block.getBytes(StandardCharsets.ISO_8859_1)));
      begin = next;
    }
    return bytes.toByteArray();
  }

  /** The armoured form of a public key. */
  static byte[] close(byte[] key) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ArmoredOutputStream armour = ArmoredOutputStream.builder().clearHeaders().build(bytes)) {
      armour.write(key);
    } catch (IOException e) {
      throw new UntrustedImageException("openpgp: cannot armour a key", e);
    }
    return bytes.toByteArray();
  }

  private static int nextBegin(String text, int from) {
    int at = text.indexOf(BEGIN, from);
    while (at > 0 && text.charAt(at - 1) != '\n') {
      at = text.indexOf(BEGIN, at + 1);
    }
    return at;
  }

  private static byte[] decode(byte[] block) {
    // The checksum of armour protects nothing that the signature does not.
    try (ArmoredInputStream armour =
        ArmoredInputStream.builder().setIgnoreCRC(true).build(new ByteArrayInputStream(block))) {
      return armour.readAllBytes();
    } catch (IOException | RuntimeException e) {
      throw new UntrustedImageException("openpgp: damaged armour", e);
    }
  }
}
