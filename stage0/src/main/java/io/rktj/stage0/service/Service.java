// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.service;

/**
 * A server that a command becomes. Implementations have a public constructor without arguments, and
 * are known here by their names only, as flavours are: nothing of them is on the class path of
 * another command.
 */
public interface Service {
  /** Serves until a signal ends the process, with status 0; a start that fails is thrown. */
  void serve(ServiceCall call);
}
