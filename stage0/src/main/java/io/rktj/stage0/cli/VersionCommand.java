// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

/** {@code rkt version}. */
final class VersionCommand implements CommandBody {
  @Override
  public int call(Invocation invocation) {
    invocation
        .output()
        .answer(
            "rkt Version: "
                + Version.TEXT
                + "\nappc Version: "
                + Version.APPC
                + "\nJava Version: "
                + System.getProperty("java.version")
                + "\nJava OS/Arch: linux/"
                + System.getProperty("os.arch")
                + "\nFeatures: -TPM -SDJOURNAL");
    return ExitCode.DONE.status();
  }
}
