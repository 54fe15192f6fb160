// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

import java.io.OutputStream;
import java.security.MessageDigest;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.crypto.Signer;
import org.bouncycastle.crypto.digests.NullDigest;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.signers.DSADigestSigner;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.signers.RSADigestSigner;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.operator.PGPContentVerifier;
import org.bouncycastle.openpgp.operator.PGPContentVerifierBuilder;
import org.bouncycastle.openpgp.operator.PGPContentVerifierBuilderProvider;
import org.bouncycastle.openpgp.operator.bc.BcPGPKeyConverter;

/**
 * Lets a signature be verified over content that was digested before the key was known: the
 * signature adds its trailer to the digest's state, and its value is compared with the result.
 */
final class DigestedContent implements PGPContentVerifierBuilderProvider {
  private final MessageDigest state;

  DigestedContent(MessageDigest state) {
    this.state = state;
  }

  @Override
  public PGPContentVerifierBuilder get(int keyAlgorithm, int hashAlgorithm) {
    return key -> {
      AsymmetricKeyParameter parameter = new BcPGPKeyConverter().getPublicKey(key);
      Signer signer = signer(parameter, hashAlgorithm);
      signer.init(false, parameter);
      return new Verifier(key, hashAlgorithm, signer);
    };
  }

  /** Signers that are handed the finished digest instead of the content. */
  private static Signer signer(AsymmetricKeyParameter key, int hashAlgorithm) throws PGPException {
    if (key instanceof RSAKeyParameters) {
      return new RSADigestSigner(new NullDigest(), identifier(hashAlgorithm));
    }
    if (key instanceof ECPublicKeyParameters) {
      return new DSADigestSigner(new ECDSASigner(), new NullDigest());
    }
    if (key instanceof Ed25519PublicKeyParameters) {
      return new Ed25519Signer();
    }
    throw new PGPException("unsupported kind of key");
  }

  private static ASN1ObjectIdentifier identifier(int hashAlgorithm) throws PGPException {
    return switch (hashAlgorithm) {
      case HashAlgorithmTags.SHA256 -> NISTObjectIdentifiers.id_sha256;
      case HashAlgorithmTags.SHA384 -> NISTObjectIdentifiers.id_sha384;
      case HashAlgorithmTags.SHA512 -> NISTObjectIdentifiers.id_sha512;
      case HashAlgorithmTags.SHA3_256 -> NISTObjectIdentifiers.id_sha3_256;
      case HashAlgorithmTags.SHA3_512 -> NISTObjectIdentifiers.id_sha3_512;
      default -> throw new PGPException("unsupported hash algorithm " + hashAlgorithm);
    };
  }

  private final class Verifier implements PGPContentVerifier {
    private final PGPPublicKey key;
    private final int hashAlgorithm;
    private final Signer signer;

    Verifier(PGPPublicKey key, int hashAlgorithm, Signer signer) {
      this.key = key;
      this.hashAlgorithm = hashAlgorithm;
      this.signer = signer;
    }

    @Override
    public OutputStream getOutputStream() {
      return new OutputStream() {
        @Override
        public void write(int b) {
          state.update((byte) b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
          state.update(bytes, offset, length);
        }
      };
    }

    @Override
    public int getHashAlgorithm() {
      return hashAlgorithm;
    }

    @Override
    public int getKeyAlgorithm() {
      return key.getAlgorithm();
    }

    @Override
    public long getKeyID() {
      return key.getKeyID();
    }

    @Override
    public boolean verify(byte[] signature) {
      byte[] digest = state.digest();
      signer.update(digest, 0, digest.length);
      return signer.verifySignature(signature);
    }
  }
}
