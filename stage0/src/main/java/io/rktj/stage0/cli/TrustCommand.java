// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.spec.AcIdentifier;
import io.rktj.stage0.trust.KeyScope;
import io.rktj.stage0.trust.KeyTruster;
import java.util.List;

/** {@code rkt trust} ({@code spec/rkt-cli.md} section 4.5). */
final class TrustCommand implements CommandBody {
  @Override
  public int call(Invocation invocation) {
    FlagValues flags = invocation.flags();
    String prefix = flags.text("prefix", "");
    boolean root = flags.isOn("root");
    if (prefix.isEmpty() && !root && invocation.arguments().isEmpty()) {
      return invocation.misused("must provide --prefix or --root");
    }
    KeyScope scope = scope(prefix, root);
    if (invocation.global().insecure().image()) {
      throw new UsageException(
          "could not get the keystore: image signatures are switched off by"
              + " --insecure-options=image");
    }
    Session session = Session.open(invocation);
    try (RemoteAccess remotes = new RemoteAccess(invocation, session)) {
      KeyTruster truster = remotes.truster();
      List<String> places = invocation.arguments();
      if (places.isEmpty()) {
        places = truster.discover(scope);
      }
      truster.add(scope, places, review(invocation), plainHttp(invocation));
    }
    return ExitCode.DONE.status();
  }

  private static KeyScope scope(String prefix, boolean root) {
    if (prefix.isEmpty() && !root) {
      throw UsageException.withHint(
          "aborting due to implicit unbounded trust (root domain): a key without --prefix could"
              + " sign every image",
          "say --prefix=PREFIX for images of one prefix, or --root for all images");
    }
    if (!prefix.isEmpty() && root) {
      throw new UsageException("--root and --prefix usage mutually exclusive");
    }
    int scheme = prefix.indexOf("://");
    if (scheme > 0) {
      throw new UsageException(
          "--prefix must not contain a URL scheme, omit " + prefix.substring(0, scheme + 3));
    }
    return root ? KeyScope.ROOT : KeyScope.of(AcIdentifier.parse(prefix));
  }

  /** Which keys are taken without asking. */
  static KeyTruster.Review review(Invocation invocation) {
    if (invocation.flags().isOn("skip-fingerprint-review")) {
      return KeyTruster.Review.ACCEPT;
    }
    return invocation.global().trustKeysFromHttps()
        ? KeyTruster.Review.ACCEPT_FROM_HTTPS
        : KeyTruster.Review.ASK;
  }

  private static boolean plainHttp(Invocation invocation) {
    return invocation.flags().isOn("insecure-allow-http")
        || invocation.global().insecure().pubkey();
  }
}
