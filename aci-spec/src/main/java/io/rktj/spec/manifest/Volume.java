// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.AcName;
import java.util.Optional;

/**
 * A directory or file given to apps; mode is an octal text, mode, uid and gid belong to empty
 * volumes.
 */
public record Volume(
    AcName name,
    Kind kind,
    Optional<String> source,
    Optional<Boolean> readOnly,
    Optional<Boolean> recursive,
    Optional<String> mode,
    Optional<Integer> uid,
    Optional<Integer> gid) {
  /** Where its content comes from. */
  public enum Kind {
    /** A path of the host. */
    HOST,
    /** A directory made for the pod. */
    EMPTY
  }
}
