// SPDX-License-Identifier: Apache-2.0
package io.rktj.services;

import io.rktj.linux.Kernel;
import io.rktj.pod.HostException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;

/**
 * A socket that listens, with the file that it is, if it is one of ours in the file system; closing
 * removes that.
 */
public final class ServerSocket implements AutoCloseable {
  /** Root and his group connect. */
  private static final int UMASK = 0117;

  private final ServerSocketChannel channel;
  private final Optional<Path> file;

  private ServerSocket(ServerSocketChannel channel, Optional<Path> file) {
    this.channel = channel;
    this.file = file;
  }

  /**
   * The socket that systemd has opened for this process, if it has; the launcher has put it where
   * standard input was.
   */
  public static Optional<ServerSocket> ofSystemd(Map<String, String> environment) {
    String pid = Long.toString(ProcessHandle.current().pid());
    if (!pid.equals(environment.get("LISTEN_PID"))) {
      return Optional.empty();
    }
    String count = environment.getOrDefault("LISTEN_FDS", "");
    if (!count.equals("1")) {
      throw new HostException("cannot use the sockets of systemd: expected 1, found " + count);
    }
    try {
      Channel inherited = System.inheritedChannel();
      if (inherited instanceof ServerSocketChannel server) {
        return Optional.of(new ServerSocket(server, Optional.empty()));
      }
      throw new HostException("cannot use the socket of systemd: it is none that listens");
    } catch (IOException e) {
      throw new HostException("cannot use the socket of systemd", e);
    }
  }

  /** Listens on {@code port} of all addresses of IP version 4, for apps in pods of any network. */
  public static ServerSocket onPort(int port) {
    return listen(
        StandardProtocolFamily.INET, new InetSocketAddress("0.0.0.0", port), "port " + port);
  }

  /** Listens on one address and port. */
  public static ServerSocket onAddress(InetSocketAddress address) {
    String name = address.getHostString() + ":" + address.getPort();
    if (address.isUnresolved()) {
      throw new HostException("cannot listen on \"" + name + "\": no such host");
    }
    StandardProtocolFamily family =
        address.getAddress().getAddress().length == 4
            ? StandardProtocolFamily.INET
            : StandardProtocolFamily.INET6;
    return listen(family, address, "\"" + name + "\"");
  }

  /**
   * Listens in the file system, mode 0660. What nobody listens on any more is replaced; where
   * somebody does, that is refused.
   */
  public static ServerSocket onPath(Path path) {
    String name = "\"" + path + "\"";
    makeDirectory(path);
    removeStale(path);
    int umask = Kernel.host().umask(UMASK);
    try {
      ServerSocket socket =
          listen(StandardProtocolFamily.UNIX, UnixDomainSocketAddress.of(path), name);
      return new ServerSocket(socket.channel, Optional.of(path));
    } finally {
      Kernel.host().umask(umask);
    }
  }

  private static ServerSocket listen(
      StandardProtocolFamily family, SocketAddress address, String name) {
    try {
      ServerSocketChannel channel = ServerSocketChannel.open(family);
      try {
        channel.bind(address);
        return new ServerSocket(channel, Optional.empty());
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new HostException("cannot listen on " + name, e);
    }
  }

  private static void makeDirectory(Path path) {
    Path directory = path.toAbsolutePath().getParent();
    try {
      if (directory != null && !Files.isDirectory(directory)) {
        Files.createDirectories(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
      }
    } catch (IOException e) {
      throw new HostException("cannot make \"" + directory + "\"", e);
    }
  }

  private static void removeStale(Path path) {
    try {
      if (!Files.readAttributes(path, BasicFileAttributes.class).isOther()) {
        throw new HostException("cannot listen on \"" + path + "\": it is not a socket");
      }
    } catch (IOException e) {
      return; // not there, or the bind will say why not
    }
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.connect(UnixDomainSocketAddress.of(path));
    } catch (IOException nobody) {
      remove(path);
      return;
    }
    throw new HostException("cannot listen on \"" + path + "\": another service does");
  }

  private static void remove(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new HostException("cannot remove \"" + path + "\"", e);
    }
  }

  /** The socket itself, for a {@link ReadyServerChannel}. */
  ServerSocketChannel channel() {
    return channel;
  }

  /** Where it listens. */
  public SocketAddress address() {
    try {
      return channel.getLocalAddress();
    } catch (IOException e) {
      throw new HostException("cannot tell where a socket listens", e);
    }
  }

  @Override
  public String toString() {
    return address().toString();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new HostException("cannot close a socket", e);
    } finally {
      file.ifPresent(ServerSocket::remove);
    }
  }
}
