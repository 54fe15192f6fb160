// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.api;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.rktj.linux.Kernel;
import io.rktj.pod.HostException;
import io.rktj.services.Lifetime;
import io.rktj.services.ReadyServerChannel;
import io.rktj.services.ServerSocket;
import io.rktj.stage0.service.Service;
import io.rktj.stage0.service.ServiceCall;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * {@code rkt api-service} ({@code spec/rkt-cli.md} section 4.21). It only reads, with the rights of
 * whoever started it, and holds no lock; a request sees the host as it is then.
 */
public final class ApiService implements Service {
  private static final String SOURCE = "api-service";
  private static final int THREADS = 8;
  private static final int LARGEST_REQUEST = 1 << 20;
  private static final int MOST_CALLS = 64;
  private static final int PATIENCE_SECONDS = 10;

  @Override
  public void serve(ServiceCall call) {
    Lifetime.silenceLibraries();
    call.log().warn(SOURCE, "API service starting...");
    List<ServerSocket> sockets = ListenAddress.open(call.listen(), call.environment());
    Kernel kernel = Kernel.host();
    PodAnswers pods = new PodAnswers(kernel, call.data());
    ImageAnswers images = new ImageAnswers(kernel, call.data());
    EventLog events = new EventLog();
    HostWatch watch = new HostWatch(kernel, call.data(), events);
    Streams streams = new Streams();
    PublicApi api =
        new PublicApi(
            call,
            pods,
            images,
            new EventStreams(events, streams),
            new LogStreams(kernel, call.data(), streams));
    Server server = server(sockets, api);
    try {
      server.start();
    } catch (IOException e) {
      throw new HostException("cannot start the API service", e);
    }
    watch.start();
    for (ServerSocket socket : sockets) {
      call.log().warn(SOURCE, "API service running on " + socket);
    }
    Lifetime.untilSignal(
        () -> {
          call.log().warn(SOURCE, "API service exiting...");
          server.shutdownNow();
          sockets.forEach(ServerSocket::close);
        });
  }

  private static Server server(List<ServerSocket> sockets, PublicApi api) {
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    ExecutorService executor = Executors.newFixedThreadPool(THREADS);
    NettyServerBuilder builder = NettyServerBuilder.forAddress(sockets.get(0).address());
    for (ServerSocket socket : sockets.subList(1, sockets.size())) {
      builder.addListenAddress(socket.address());
    }
    return builder
        .channelFactory(ReadyServerChannel.of(sockets))
        .bossEventLoopGroup(loop)
        .workerEventLoopGroup(loop)
        .executor(executor)
        .handshakeTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .maxInboundMessageSize(LARGEST_REQUEST)
        .maxConcurrentCallsPerConnection(MOST_CALLS)
        .addService(api)
        .build();
  }
}
