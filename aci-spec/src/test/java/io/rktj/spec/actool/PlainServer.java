// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.actool;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Serves one page over http and hangs up on whoever tries https. */
final class PlainServer implements Closeable {
  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final String path;
  private final String page;

  PlainServer(String path, String page) throws IOException {
    this.path = path;
    this.page = page;
    Thread thread = new Thread(this::serve, "server");
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return server.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  private void serve() {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        answer(socket);
      } catch (IOException e) {
        // the next one, or the end
      }
    }
  }

  private void answer(Socket socket) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1), 1);
    if (in.read() != 'G') {
      return;
    }
    String request = in.readLine();
    String line = request;
    while (line != null && !line.isEmpty()) {
      line = in.readLine();
    }
    boolean found = ("ET " + path + " HTTP/1.1").equals(request);
    String body = found ? page : "";
    String head =
        "HTTP/1.1 "
            + (found ? "200 OK" : "404 Not Found")
            + "\r\nConnection: close\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n";
    socket.getOutputStream().write((head + body).getBytes(ISO_8859_1));
  }
}
