// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.metadata;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import javax.net.SocketFactory;

/**
 * A socket in the file system for an HTTP client that knows only those of the network: wherever it
 * is told to connect to, it connects to one path.
 */
final class UnixSocket extends Socket {
  private final Path path;
  private final SocketChannel channel;

  private UnixSocket(Path path) throws IOException {
    this.path = path;
    channel = SocketChannel.open(StandardProtocolFamily.UNIX);
  }

  /** Makes such sockets. */
  static SocketFactory factory(Path path) {
    return new SocketFactory() {
      @Override
      public Socket createSocket() throws IOException {
        return new UnixSocket(path);
      }

      @Override
      public Socket createSocket(String host, int port) throws IOException {
        return connected();
      }

      @Override
      public Socket createSocket(String host, int port, InetAddress from, int fromPort)
          throws IOException {
        return connected();
      }

      @Override
      public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected();
      }

      @Override
      public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort)
          throws IOException {
        return connected();
      }

      private Socket connected() throws IOException {
        UnixSocket socket = new UnixSocket(path);
        socket.connect();
        return socket;
      }
    };
  }

  private void connect() throws IOException {
    channel.connect(UnixDomainSocketAddress.of(path));
  }

  @Override
  public void connect(SocketAddress ignored, int timeoutMillis) throws IOException {
    connect(); // one of this host is there at once, or not
  }

  @Override
  public void connect(SocketAddress ignored) throws IOException {
    connect();
  }

  @Override
  public boolean isConnected() {
    return channel.isConnected();
  }

  @Override
  public boolean isClosed() {
    return !channel.isOpen();
  }

  @Override
  public InputStream getInputStream() {
    return Channels.newInputStream(channel);
  }

  @Override
  public OutputStream getOutputStream() {
    return Channels.newOutputStream(channel);
  }

  /** The client closes the socket when its own clock says so. */
  @Override
  public synchronized void setSoTimeout(int millis) {}

  @Override
  public synchronized int getSoTimeout() {
    return 0;
  }

  @Override
  public void shutdownInput() throws IOException {
    channel.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public synchronized void close() throws IOException {
    channel.close();
  }
}
