// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1;

/** Who hears what a flavour has to say while it works; implemented by the command line. */
public interface Notices {
  /** Hears nothing. */
  Notices NONE =
      new Notices() {
        @Override
        public void warn(String text) {}

        @Override
        public void note(String text) {}
      };

  /** Always shown, on standard error, behind the prefix {@code stage1: }. */
  void warn(String text);

  /** Shown by {@code --debug}, behind the same prefix. */
  void note(String text);
}
