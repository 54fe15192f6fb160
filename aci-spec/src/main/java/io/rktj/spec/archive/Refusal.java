// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import io.rktj.spec.MalformedException;

/** Words the reasons for which an image is refused. */
final class Refusal {
  private final String subject;

  Refusal(String subject) {
    this.subject = subject;
  }

  /** The image is not what it should be. */
  MalformedException because(String reason) {
    return new MalformedException("cannot read image \"" + subject + "\": " + reason);
  }

  /** The image is not what it should be, as {@code cause} found. */
  MalformedException because(String reason, Throwable cause) {
    return new MalformedException("cannot read image \"" + subject + "\": " + reason, cause);
  }

  /** One entry of the image breaks a rule. */
  MalformedException because(String reason, RawName entry) {
    return because(reason + ": entry \"" + entry + "\"");
  }
}
