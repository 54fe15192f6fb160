// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import io.rktj.spec.AcIdentifier;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;

/** Digests an image for its signatures, then looks for one by a key trusted for the name. */
final class SignatureCheck implements PendingVerification {
  private final Supplier<DetachedSignature.Parsed> signatures;
  private final ContentDigests digests;
  private final KeyStore keys;
  private final Instant now;
  private boolean isFinished;

  private SignatureCheck(
      Supplier<DetachedSignature.Parsed> signatures,
      Set<Integer> algorithms,
      KeyStore keys,
      Instant now) {
    this.signatures = signatures;
    this.digests = new ContentDigests(algorithms);
    this.keys = keys;
    this.now = now;
  }

  /** Digests only as these signatures need. */
  static SignatureCheck of(DetachedSignature.Parsed signatures, KeyStore keys, Instant now) {
    Set<Integer> algorithms = new HashSet<>();
    for (DetachedSignature candidate : signatures.candidates()) {
      algorithms.add(candidate.signature().getHashAlgorithm());
    }
    return new SignatureCheck(() -> signatures, algorithms, keys, now);
  }

  /** Digests for whatever signatures will come. */
  static SignatureCheck deferred(Supplier<byte[]> file, KeyStore keys, Instant now) {
    return new SignatureCheck(
        () -> DetachedSignature.parse(file.get(), now), ContentDigests.accepted(), keys, now);
  }

  @Override
  public void update(byte[] buffer, int offset, int length) {
    digests.update(buffer, offset, length);
  }

  @Override
  public Trust finish(AcIdentifier name) {
    if (isFinished) {
      throw new IllegalStateException("this verification is finished");
    }
    isFinished = true;
    DetachedSignature.Parsed parsed = signatures.get();
    List<String> reasons = new ArrayList<>(parsed.faults());
    for (DetachedSignature candidate : parsed.candidates()) {
      Optional<Trust> trust = judge(candidate, name, reasons);
      if (trust.isPresent()) {
        return trust.get();
      }
    }
    throw refusal(name, reasons);
  }

  private Optional<Trust> judge(
      DetachedSignature candidate, AcIdentifier name, List<String> reasons) {
    for (Signer signer : signers(candidate, name, keys, now, reasons)) {
      if (matches(candidate, signer.key())) {
        return Optional.of(
            new Trust.SignedBy(
                signer.trusted().ring().fingerprint(),
                signer.trusted().scope().prefix(),
                new SignerCheck(signer.trusted().ring(), now).identity()));
      }
      reasons.add(
          "openpgp: signature does not match the image (key "
              + SignerCheck.name(signer.key())
              + ")");
    }
    return Optional.empty();
  }

  private boolean matches(DetachedSignature candidate, PGPPublicKey key) {
    try {
      candidate
          .signature()
          .init(new DigestedContent(digests.fork(candidate.signature().getHashAlgorithm())), key);
      return candidate.signature().verify();
    } catch (PGPException | RuntimeException e) {
      // A value that cannot be computed with this key, such as an oversized number.
      return false;
    }
  }

  /** A key of the store that may vouch, and the part of it that the signature names. */
  record Signer(TrustedKey trusted, PGPPublicKey key) {}

  /** Who may have made {@code candidate} for {@code name}; adds to {@code reasons} who may not. */
  static List<Signer> signers(
      DetachedSignature candidate,
      AcIdentifier name,
      KeyStore keys,
      Instant now,
      List<String> reasons) {
    List<Signer> signers = new ArrayList<>();
    boolean isKnown = false;
    for (TrustedKey trusted : keys.keysFor(name)) {
      PGPPublicKey key = trusted.ring().maker(candidate).orElse(null);
      if (key == null) {
        continue;
      }
      isKnown = true;
      Optional<String> fault =
          SignatureRules.algorithmsAgree(candidate.signature(), key)
              ? new SignerCheck(trusted.ring(), now)
                  .fault(key, candidate.signature().getCreationTime().toInstant())
              : Optional.of("signature of another algorithm than its key");
      fault.ifPresentOrElse(
          reason -> reasons.add("openpgp: " + reason), () -> signers.add(new Signer(trusted, key)));
    }
    if (!isKnown) {
      reasons.add(stranger(candidate, name, keys));
    }
    return signers;
  }

  private static String stranger(DetachedSignature candidate, AcIdentifier name, KeyStore keys) {
    List<String> scopes = keys.scopesOf(candidate);
    String unknown = "openpgp: signature made by unknown entity (key " + candidate.keyName() + ")";
    return scopes.isEmpty()
        ? unknown
        : unknown
            + ": the key is trusted for prefix \""
            + String.join("\", \"", scopes)
            + "\", not for \""
            + name
            + "\"";
  }

  static UntrustedImageException refusal(AcIdentifier name, List<String> reasons) {
    return new UntrustedImageException(
        "cannot verify \"" + name + "\": " + String.join("; ", reasons),
        "if you expected the signing key to change, try running: rkt trust --prefix \""
            + name
            + "\"",
        null);
  }
}
