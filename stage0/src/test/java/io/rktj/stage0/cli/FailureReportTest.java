// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.pod.HostException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

/** Failures as users read them ({@code spec/rkt-cli.md} section 1.1). */
class FailureReportTest {
  private final HostException chain =
      new HostException(
          "cannot run pod", new HostException("cannot mount", new NoSuchFileException("/dev/x")));

  @Test
  void tellsTheOuterMessageAndTheInnermostCause() {
    assertThat(FailureReport.of(chain, false))
        .isEqualTo("cannot run pod: /dev/x: no such file or directory");
  }

  @Test
  void tellsTheWholeChainWhenAsked() {
    assertThat(FailureReport.of(chain, true))
        .startsWith(
            "cannot run pod\n"
                + "  └─cannot mount\n"
                + "    └─/dev/x: no such file or directory\n"
                + "io.rktj.pod.HostException: cannot run pod\n"
                + "\tat ");
  }

  @Test
  void linesOfATextCannotPassForOurs() {
    HostException failure = new HostException("bad\nhint: forged", new IOException("a b\nrun: c"));

    assertThat(FailureReport.of(failure, false))
        .isEqualTo("bad\n    hint: forged: a b\n    run: c");
  }

  @Test
  void isPrintedAsItIs() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    HostException failure = new HostException("cannot x", "do y", chain);

    Output output = new Output(new ByteArrayOutputStream(), err);
    output.failure("run", FailureReport.of(failure, true));

    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith(
            "run: cannot x\n  └─cannot run pod\n    └─cannot mount\n      └─/dev/x: no such file or"
                + " directory\nhint: do y\n");
  }

  @Test
  void namesNoClassUnlessAsked() {
    IOException handshake =
        new IOException("PKIX failed: sun.security.X509Exception: no valid certification path");

    assertThat(FailureReport.of(new HostException("cannot fetch", handshake), false))
        .isEqualTo("cannot fetch: no valid certification path");
    assertThat(
            FailureReport.of(
                new HostException("cannot fetch", new UnknownHostException("a.com")), false))
        .isEqualTo("cannot fetch: unknown host: a.com");
    assertThat(FailureReport.of(new NullPointerException(), false))
        .isEqualTo("internal error: null pointer");
  }

  @Test
  void saysAReasonOnlyOnce() {
    HostException failure =
        new HostException("cannot read \"x\": disk on fire", new IOException("disk on fire"));

    assertThat(FailureReport.of(failure, false)).isEqualTo("cannot read \"x\": disk on fire");
  }

  @Test
  void putsTheRemedyOnALineOfItsOwn() {
    HostException failure = new HostException("cannot x", "do y", null);

    assertThat(FailureReport.of(failure, false)).isEqualTo("cannot x\nhint: do y");
  }

  @Test
  void callsADefectAnInternalErrorWithoutATrace() {
    assertThat(FailureReport.of(new IllegalStateException("oops"), false))
        .isEqualTo("internal error: illegal state: oops");
    assertThat(FailureReport.of(new NullPointerException(), false)).doesNotContain("\tat ");
  }
}
