// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.net;

import io.rktj.linux.AtomicFile;
import io.rktj.linux.DirectoryMaker;
import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.SmallFiles;
import io.rktj.pod.HostException;
import io.rktj.pod.PodLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the pod's directory knows of its networks. Everything is written before the thing it speaks
 * of is made, so that a crash leaves nothing that removal does not find.
 */
final class NetworkRecords {
  private static final int LIMIT = 1 << 20;

  private final Kernel kernel;
  private final PodLayout layout;

  NetworkRecords(Kernel kernel, PodLayout layout) {
    this.kernel = kernel;
    this.layout = layout;
  }

  void writeNamespace(String path) {
    write(layout.netns(), path + "\n");
  }

  void writeNetworks(List<NetInfo> networks) {
    write(layout.netInfo(), NetInfo.write(networks) + "\n");
  }

  void writeResolvConf(String text) {
    makeDirectory(layout.stage1Rootfs().resolve("etc"));
    write(layout.resolvConf(), text);
  }

  /** Saves a copy of a configuration; returns its name below the pod's directory. */
  String saveConfig(NetworkConfig config, String interfaceName, List<NetInfo> others) {
    String name = config.file();
    for (NetInfo other : others) {
      if (savedName(other).equals(name)) {
        name = interfaceName + "-" + config.file();
      }
    }
    makeDirectory(layout.netDirectory());
    write(layout.netDirectory().resolve(name), config.text().toArray());
    return "net/" + name;
  }

  /** Notes that rules of the packet filter may exist from now on. */
  void markForwards() {
    makeDirectory(layout.netDirectory());
    write(forwards(), "");
  }

  boolean hasForwards() {
    return Files.exists(forwards());
  }

  void unmarkForwards() {
    remove(forwards());
  }

  private Path forwards() {
    return layout.netDirectory().resolve("port-forwards");
  }

  boolean hasNamespace() {
    return Files.exists(layout.netns());
  }

  boolean hasConfig(NetInfo network) {
    return Files.exists(config(network));
  }

  Path config(NetInfo network) {
    return layout.netDirectory().resolve(savedName(network));
  }

  void removeConfig(NetInfo network) {
    remove(config(network));
  }

  private void remove(Path file) {
    try {
      kernel.unlinkAt(Fd.AT_FDCWD, Kernel.path(file.toString()), 0);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw failure(file, e);
      }
    }
  }

  List<NetInfo> readNetworks() {
    String path = layout.netInfo().toString();
    try {
      return NetInfo.parse(SmallFiles.read(kernel, path, LIMIT), path);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return List.of();
      }
      throw failure(layout.netInfo(), e);
    }
  }

  private static String savedName(NetInfo network) {
    return network.netConf().substring(network.netConf().lastIndexOf('/') + 1);
  }

  private void makeDirectory(Path directory) {
    try {
      DirectoryMaker.make(kernel, directory.toString(), 0755);
    } catch (ErrnoException e) {
      throw failure(directory, e);
    }
  }

  private void write(Path file, String text) {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private void write(Path file, byte[] bytes) {
    try {
      AtomicFile.write(kernel, file.toString(), bytes, 0644);
    } catch (ErrnoException e) {
      throw failure(file, e);
    }
  }

  private static HostException failure(Path file, ErrnoException cause) {
    return new HostException(
        "stage1: failed to setup network: cannot write \"" + file + "\"", cause);
  }
}
