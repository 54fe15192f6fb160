// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.trust;

/** Why an image may go unverified. */
public enum WaivedOption {
  /** The user asked for it. */
  INSECURE_IMAGE("--insecure-options=image"),
  /** The image is a part of this program as it was installed. */
  DISTRIBUTION("part of the distribution");

  private final String text;

  WaivedOption(String text) {
    this.text = text;
  }

  /** The option as the user writes it, or the reason. */
  public String text() {
    return text;
  }
}
