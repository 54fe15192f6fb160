// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.linux.SmallFiles;
import io.rktj.pod.HostException;
import io.rktj.stage0.launch.PassedSockets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How much of a JVM a command deserves. The launcher gives commands that only start something an
 * interpreter and few jars, because that starts soonest; one that finds work for a compiler after
 * all begins again with everything, in the same process.
 */
final class Effort {
  private static final int LARGEST = 8 << 20;
  private static final String VARIABLE = "RKTJ_EFFORT=";

  private Effort() {}

  /**
   * Returns only where this JVM is one for work; otherwise the command line begins again in one. To
   * be called before anything was made, asked or printed.
   */
  static void requireFull(Kernel kernel) {
    if (System.getProperty("rkt.profile", "").equals("start")) {
      begin(kernel, "full");
    }
  }

  /** Returns only where this JVM has the servers on its class path, as the launcher sees to. */
  static void requireServices(Kernel kernel) {
    if (!System.getProperty("rkt.profile", "").equals("services")) {
      begin(kernel, "services");
    }
  }

  private static void begin(Kernel kernel, String effort) {
    String launcher = System.getProperty("rkt.home") + "/bin/rkt";
    try {
      List<byte[]> command = strings(kernel, "/proc/self/cmdline");
      List<byte[]> argv = new ArrayList<>();
      argv.add(launcher.getBytes(UTF_8));
      int at = 0; // the native launcher's own name, or the last of what the shell's gave to java
      if (!System.getProperty("rkt.native", "").equals("launcher")) {
        byte[] main = Main.class.getName().getBytes(UTF_8);
        while (!Arrays.equals(command.get(at), main)) {
          at++;
        }
      }
      argv.addAll(command.subList(at + 1, command.size()));
      List<byte[]> environment = strings(kernel, "/proc/self/environ");
      environment.add((VARIABLE + effort).getBytes(UTF_8));
      throw kernel.execve(launcher, argv, environment, sockets(kernel, environment));
    } catch (ErrnoException e) {
      throw new HostException("cannot start \"" + launcher + "\" again", e);
    }
  }

  /** What systemd has opened for us is still for us. */
  private static List<Integer> sockets(Kernel kernel, List<byte[]> environment) {
    List<String> variables = new ArrayList<>();
    for (byte[] variable : environment) {
      variables.add(new String(variable, ISO_8859_1));
    }
    return PassedSockets.numbers(variables, kernel.pid());
  }

  /** The parts of a file of the kernel's, each ended by a zero byte, byte for byte. */
  private static List<byte[]> strings(Kernel kernel, String file) throws ErrnoException {
    String text = new String(SmallFiles.read(kernel, file, LARGEST), ISO_8859_1);
    List<byte[]> strings = new ArrayList<>();
    int start = 0;
    int end = text.indexOf('\0');
    while (end >= 0) {
      strings.add(text.substring(start, end).getBytes(ISO_8859_1));
      start = end + 1;
      end = text.indexOf('\0', start);
    }
    return strings;
  }
}
