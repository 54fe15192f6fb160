// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import java.util.List;

/**
 * A program that this process is about to become: the one door out of the JVM. The process id, the
 * open descriptors named in {@code inherit} and the terminal stay; nothing else of the JVM does.
 *
 * @param program absolute path of the executable
 * @param argv arguments, the zeroth included
 * @param environment {@code NAME=VALUE} entries, the whole environment
 * @param workingDirectory absolute path, entered before the exec
 * @param inherit descriptor numbers above 2 that stay open
 */
public record ProcessImage(
    String program,
    List<byte[]> argv,
    List<byte[]> environment,
    String workingDirectory,
    List<Integer> inherit) {
  /** Copies its lists. */
  public ProcessImage {
    argv = List.copyOf(argv);
    environment = List.copyOf(environment);
    inherit = List.copyOf(inherit);
  }

  /** Becomes the program; returns only by throwing. */
  public ErrnoException exec(Kernel kernel) throws ErrnoException {
    kernel.chdir(workingDirectory);
    throw kernel.execve(program, argv, environment, inherit);
  }
}
