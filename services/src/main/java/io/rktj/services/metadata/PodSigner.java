// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.metadata;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.rktj.spec.Uuid;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs what a pod says so that other pods of this host can tell who said it: HMAC-SHA512, with a
 * key that lives as long as this process, of the pod's identity and the content.
 */
final class PodSigner {
  private static final String ALGORITHM = "HmacSHA512";
  private static final int KEY_BYTES = 64;

  private final SecretKeySpec key;

  PodSigner(SecureRandom random) {
    byte[] bytes = new byte[KEY_BYTES];
    random.nextBytes(bytes);
    key = new SecretKeySpec(bytes, ALGORITHM);
  }

  /** The signature in base 64; {@code content} has a character for each byte. */
  String sign(Uuid pod, String content) {
    return Base64.getEncoder().encodeToString(code(pod, content));
  }

  /**
   * Whether {@code signature} is what the pod was given for {@code content}; time tells nothing.
   */
  boolean verify(Uuid pod, String content, byte[] signature) {
    return MessageDigest.isEqual(signature, code(pod, content));
  }

  private byte[] code(Uuid pod, String content) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(HexFormat.of().parseHex(pod.toString().replace("-", "")));
      return mac.doFinal(content.getBytes(ISO_8859_1));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java has " + ALGORITHM, e);
    }
  }
}
