// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.images;

import io.rktj.stage0.fetch.RemoteFetcher;
import io.rktj.stage0.trust.ImageVerifier;
import io.rktj.stage0.trust.KeyTruster;

/**
 * What it takes to bring an image here and to judge it. Each is made when first asked for, so that
 * the use of an image that is here already never loads the code for it. The maker closes them.
 */
public interface Remotes {
  /** Called before the first image is brought here, while nothing has been done yet. */
  void beforeWork();

  /** The way to servers. */
  RemoteFetcher fetcher();

  /** The judge of signatures. */
  ImageVerifier verifier();

  /** The one who finds and offers keys. */
  KeyTruster truster();
}
