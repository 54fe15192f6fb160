// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import java.util.ArrayList;
import java.util.List;

/**
 * A program that holds a lock and then becomes another: {@code KERNEL LOCKED-DIRECTORY PROGRAM
 * ARGUMENT...}; the word {@code FD} in an argument stands for the lock's descriptor.
 */
final class ExecProbe {
  private ExecProbe() {}

  public static void main(String[] args) throws Exception {
    Kernel kernel = Kernels.named(args[0]);
    DirectoryLock lock = DirectoryLock.exclusive(kernel, args[1]);
    String number = Integer.toString(lock.number());
    List<byte[]> argv = new ArrayList<>();
    for (int i = 2; i < args.length; i++) {
      argv.add(Kernel.path(args[i].replace("FD", number)));
    }
    List<byte[]> environment = List.of(Kernel.path("ONE=1"), Kernel.path("TWO="));
    ProcessImage image =
        new ProcessImage(args[2], argv, environment, args[1], List.of(lock.number()));
    throw image.exec(kernel);
  }
}
