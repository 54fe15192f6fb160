// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

/**
 * Security features that the user has switched off ({@code spec/rkt-cli.md} section 1.3). What is
 * not named stays on.
 */
record InsecureOptions(
    boolean image,
    boolean tls,
    boolean http,
    boolean pubkey,
    boolean capabilities,
    boolean paths,
    boolean seccomp) {
  /** Everything on. */
  static final InsecureOptions NONE =
      new InsecureOptions(false, false, false, false, false, false, false);

  private static final int IMAGE = 1;
  private static final int TLS = 1 << 1;
  private static final int HTTP = 1 << 2;
  private static final int PUBKEY = 1 << 3;
  private static final int CAPABILITIES = 1 << 4;
  private static final int PATHS = 1 << 5;
  private static final int SECCOMP = 1 << 6;
  private static final int ALL_FETCH = IMAGE | TLS | HTTP | PUBKEY;
  private static final int ALL_RUN = CAPABILITIES | PATHS | SECCOMP;

  /** Reads a list separated by commas; case does not matter. */
  static InsecureOptions parse(String text) {
    String[] words = text.split(",", -1);
    int bits = 0;
    for (int i = 0; i < words.length; i++) {
      bits |= bits(words[i]);
      for (int earlier = 0; earlier < i; earlier++) {
        if (words[earlier].equalsIgnoreCase(words[i])) {
          throw new UsageException("duplicated option " + Quoted.of(words[i]));
        }
      }
    }
    return new InsecureOptions(
        (bits & IMAGE) != 0,
        (bits & TLS) != 0,
        (bits & HTTP) != 0,
        (bits & PUBKEY) != 0,
        (bits & CAPABILITIES) != 0,
        (bits & PATHS) != 0,
        (bits & SECCOMP) != 0);
  }

  /** The options as words separated by commas, {@code none} for none. */
  String words() {
    StringBuilder words = new StringBuilder();
    append(words, image, "image");
    append(words, tls, "tls");
    append(words, http, "http");
    append(words, pubkey, "pubkey");
    append(words, capabilities, "capabilities");
    append(words, paths, "paths");
    append(words, seccomp, "seccomp");
    return words.isEmpty() ? "none" : words.toString();
  }

  private static void append(StringBuilder words, boolean on, String word) {
    if (on) {
      words.append(words.isEmpty() ? "" : ",").append(word);
    }
  }

  private static int bits(String word) {
    return switch (word.toLowerCase(java.util.Locale.ROOT)) {
      case "none", "ondisk" -> 0; // ondisk has no effect in rkt either
      case "image" -> IMAGE;
      case "tls" -> TLS;
      case "http" -> HTTP;
      case "pubkey" -> PUBKEY;
      case "capabilities" -> CAPABILITIES;
      case "paths" -> PATHS;
      case "seccomp" -> SECCOMP;
      case "all-fetch" -> ALL_FETCH;
      case "all-run" -> ALL_RUN;
      case "all" -> ALL_FETCH | ALL_RUN;
      default -> throw new UsageException("unknown option " + Quoted.of(word));
    };
  }
}
