// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.metadata;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.rktj.pod.HostException;
import io.rktj.services.Lifetime;
import io.rktj.services.ServerSocket;
import io.rktj.stage0.metadata.MetadataAddress;
import io.rktj.stage0.service.Service;
import io.rktj.stage0.service.ServiceCall;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * {@code rkt metadata-service} ({@code spec/rkt-cli.md} section 4.20): one socket for {@code rkt}
 * to register pods on, one port for their apps to ask on, one thread for both.
 */
public final class MetadataService implements Service {
  private static final String SOURCE = "metadata-service";
  private static final int LARGEST_PORT = 65535;
  private static final int LARGEST_MANIFEST = 4 << 20;
  private static final int LARGEST_FORM = 256 << 10;
  private static final int MOST_CONNECTIONS = 256;
  private static final int MOST_OF_ONE_ADDRESS = 64;

  @Override
  public void serve(ServiceCall call) {
    Lifetime.silenceLibraries();
    call.log().warn(SOURCE, "Metadata service starting...");
    int port = port(call.listen());
    ServerSocket registration = registration(call);
    ServerSocket apps;
    try {
      apps = ServerSocket.onPort(port);
    } catch (HostException e) {
      registration.close();
      throw e;
    }
    PodRegistry pods = new PodRegistry();
    PublicRoutes routes = new PublicRoutes(pods, new PodSigner(new SecureRandom()));
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    new HttpServer(
            new RegistrationRoutes(pods),
            call.log(),
            LARGEST_MANIFEST,
            new ConnectionLimit(MOST_CONNECTIONS, MOST_CONNECTIONS))
        .serve(registration, loop);
    new HttpServer(
            routes,
            call.log(),
            LARGEST_FORM,
            new ConnectionLimit(MOST_CONNECTIONS, MOST_OF_ONE_ADDRESS))
        .serve(apps, loop);
    call.log().warn(SOURCE, "Metadata service running...");
    Lifetime.untilSignal(
        () -> {
          call.log().warn(SOURCE, "Metadata service exiting...");
          registration.close();
        });
  }

  private static ServerSocket registration(ServiceCall call) {
    Optional<ServerSocket> socket = ServerSocket.ofSystemd(call.environment());
    if (socket.isPresent()) {
      return socket.get();
    }
    String other = call.environment().getOrDefault(MetadataAddress.VARIABLE, "");
    Path path = MetadataAddress.socket(other);
    return ServerSocket.onPath(path);
  }

  private static int port(String text) {
    int port = Integer.parseInt(text);
    if (port < 1 || port > LARGEST_PORT) {
      throw new HostException("cannot listen on port " + port + ": expected 1 to " + LARGEST_PORT);
    }
    return port;
  }
}
