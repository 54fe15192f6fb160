// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.stage1.AppSocket;
import java.util.List;

/**
 * What the compiler of an app plan must know beside the app itself.
 *
 * @param restrictCapabilities false for the insecure option {@code capabilities}
 * @param filterSystemCalls false for the insecure option {@code seccomp}
 * @param terminal value of {@code TERM} for an app on a terminal; empty for none
 * @param notifies whether the image says that it speaks {@code sd_notify}
 * @param watchdog how many microseconds an app that does may be silent; empty: nobody asks
 * @param sockets what it is activated by
 * @param dockerImage whether the image was converted from docker's format
 */
public record AppFacts(
    boolean restrictCapabilities,
    boolean filterSystemCalls,
    String terminal,
    boolean notifies,
    String watchdog,
    List<AppSocket> sockets,
    boolean dockerImage) {
  /** Copies its list. */
  public AppFacts {
    sockets = List.copyOf(sockets);
  }
}
