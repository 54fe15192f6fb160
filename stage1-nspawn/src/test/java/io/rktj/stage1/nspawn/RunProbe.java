// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.nspawn;

import io.rktj.linux.DirectoryLock;
import io.rktj.linux.Kernel;
import io.rktj.spec.AcName;
import io.rktj.spec.Quantity;
import io.rktj.spec.manifest.Isolator;
import io.rktj.spec.manifest.Volume;
import io.rktj.stage1.Notices;
import io.rktj.stage1.TestPod;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@code rkt run} does at its end, as a process of its own because it turns into pod-init:
 * {@code RunProbe POD TREE NETWORK SCRIPT...} runs an app for each script, with the volume {@code
 * POD/host} on {@code /volume} and 64 MiB of memory; with the property {@code probe.unprotected}
 * its paths are open. In a private network port 8080 leads to port 80 of the first app. Without
 * scripts it does what {@code rkt gc} does.
 */
final class RunProbe {
  private RunProbe() {}

  public static void main(String[] arguments) throws Exception {
    Kernel kernel = Kernel.host();
    Path directory = Path.of(arguments[0]);
    String network = arguments[2];
    if (arguments.length == 3) {
      TestPod pod = new TestPod().at(directory).localConfig(directory);
      new NspawnStage1(kernel).gc(pod.pod(), new Printer());
      return;
    }
    DirectoryLock lock = DirectoryLock.exclusive(kernel, directory.toString());
    AcName volume = AcName.parse("host");
    TestPod pod =
        new TestPod()
            .at(directory)
            .networks(network)
            .localConfig(directory)
            .lock(lock.number())
            .volume(Volume.host(volume, directory.resolve("host").toString(), Optional.empty()));
    if (Boolean.getBoolean("probe.unprotected")) {
      pod.unprotected();
    }
    List<String> scripts = List.of(arguments).subList(3, arguments.length);
    if (!network.equals("none") && !network.equals("host")) {
      pod.port("www", 8080, "");
    }
    for (int i = 0; i < scripts.size(); i++) {
      pod.app("app" + i)
          .port("www" + (i == 0 ? "" : i), "tcp", 80 + i)
          .runs(Path.of(arguments[1]), "/bin/sh", "-c", scripts.get(i))
          .isolator(
              new Isolator.Resource(
                  "resource/memory", false, Optional.empty(), Optional.of(Quantity.parse("64Mi"))))
          .mount("host", "/volume")
          .mountPoint("scratch", "/scratch", false);
    }
    throw new NspawnStage1(kernel).run(pod.call(), new Printer()).exec(kernel);
  }

  private static final class Printer implements Notices {
    @Override
    public void warn(String text) {
      System.err.println("stage1: " + text);
    }

    @Override
    public void note(String text) {}
  }
}
