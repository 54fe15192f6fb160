// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.linux.DirectoryLock;
import io.rktj.linux.DirectoryMaker;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.pod.HostException;
import io.rktj.pod.PodStore;
import io.rktj.pod.UuidFile;
import io.rktj.spec.Platform;
import io.rktj.stage0.config.Config;
import io.rktj.stage0.images.ImageResolver;
import io.rktj.stage0.launch.PodLifecycle;
import io.rktj.stage0.launch.PodStage1s;
import io.rktj.stage0.launch.Stage1Finder;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.tree.RenderedTree;
import io.rktj.stage0.tree.TreeStore;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What commands work with, each part opened when it is first asked for: configuration, stores, the
 * console. Thread-confined.
 */
final class Session {
  private final Invocation invocation;
  private final Kernel kernel = Kernel.host();
  private final Config config;
  private final Path dataDirectory;

  private Session(Invocation invocation, Config config) {
    this.invocation = invocation;
    this.config = config;
    dataDirectory = invocation.global().dataDirectory(config.paths().data());
  }

  /** Reads what the configuration says about this host; opens nothing else. */
  static Session open(Invocation invocation) {
    GlobalOptions global = invocation.global();
    return new Session(
        invocation,
        Config.loadPlaces(global.systemConfig(), global.localConfig(), global.userConfig()));
  }

  Kernel kernel() {
    return kernel;
  }

  /** Places and flavours; nothing about servers. */
  Config config() {
    return config;
  }

  /** All of the configuration, read anew. */
  Config wholeConfig() {
    GlobalOptions global = invocation.global();
    return Config.load(global.systemConfig(), global.localConfig(), global.userConfig());
  }

  Path dataDirectory() {
    return dataDirectory;
  }

  Console console() {
    return new Console(
        invocation.output(),
        invocation.prefix(),
        invocation.global().debug(),
        kernel.isTerminal(2));
  }

  PodStore pods() {
    return new PodStore(kernel, dataDirectory);
  }

  ImageStore images() {
    return ImageStore.open(dataDirectory, kernel, new WallClock());
  }

  TreeStore trees(ImageStore images) {
    return TreeStore.open(images, kernel, console());
  }

  /** Finds images by the rules of this machine; unpacks what it brings here if it may. */
  ImageResolver resolver(ImageStore images, TreeStore trees, RemoteAccess remotes) {
    return new ImageResolver(images, trees, remotes, hostPlatform(), kernel.euid() == 0, console());
  }

  private static Platform hostPlatform() {
    String machine = System.getProperty("os.arch", "");
    if (machine.equals("amd64")) {
      machine = "x86_64";
    }
    Optional<Platform> platform = Platform.ofLinuxMachine(machine);
    if (platform.isEmpty()) {
      throw new HostException("cannot run on a machine of kind \"" + machine + "\"");
    }
    return platform.get();
  }

  PodLifecycle lifecycle(PodStore pods) {
    return new PodLifecycle(kernel, pods, stage1s(), console(), invocation.caller());
  }

  /** Which stage1 a pod was prepared with. */
  Stage1Finder stage1s() {
    return new PodStage1s(kernel, id -> trees(images()).byId(id).map(RenderedTree::rootfs));
  }

  /**
   * The lock that keeps pods from being prepared while images are removed, and the other way round.
   * Who wants it alone takes the turn, the lock of the directory above, until he has it: so those
   * that come after him wait for him, and however many share it he waits only for those that have
   * it already. Never asked for by who has it; left open, it ends with this process's exec.
   */
  DirectoryLock prepareLock(boolean exclusive) {
    String locks = dataDirectory + "/locks";
    String directory = locks + "/prepare";
    try {
      DirectoryMaker.make(kernel, directory, 0750);
      DirectoryLock turn =
          exclusive ? DirectoryLock.exclusive(kernel, locks) : DirectoryLock.shared(kernel, locks);
      try {
        return exclusive
            ? DirectoryLock.exclusive(kernel, directory)
            : DirectoryLock.shared(kernel, directory);
      } finally {
        turn.close();
      }
    } catch (ErrnoException e) {
      throw new HostException("cannot lock \"" + directory + "\"", e);
    }
  }

  /** What the file of {@code --uuid-file} says. */
  String uuidFromFile(String file) {
    return UuidFile.read(kernel, Path.of(file).toAbsolutePath());
  }
}
