// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.metadata;

import com.google.protobuf.ByteString;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.Future;
import io.rktj.services.ReadyServerChannel;
import io.rktj.services.ServerSocket;
import io.rktj.stage0.Diagnostics;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One socket on which a {@link Router} is asked by HTTP. Whoever connects is taken for hostile: the
 * size of a request, the time for it and the number of connections have limits, and at a limit the
 * connection ends.
 */
final class HttpServer {
  private static final String SOURCE = "metadata-service";
  private static final long PATIENCE_SECONDS = 10;

  private final Router router;
  private final Diagnostics log;
  private final int largestBody;
  private final ConnectionLimit connections;

  HttpServer(Router router, Diagnostics log, int largestBody, ConnectionLimit connections) {
    this.router = router;
    this.log = log;
    this.largestBody = largestBody;
    this.connections = connections;
  }

  /** Serves {@code socket} from now on. */
  void serve(ServerSocket socket, EventLoopGroup loop) {
    ChannelFuture unused =
        new ServerBootstrap()
            .group(loop)
            .channelFactory(ReadyServerChannel.of(List.of(socket)))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (!connections.admit(channel)) {
                      close(channel);
                      return;
                    }
                    channel
                        .pipeline()
                        .addLast(new HttpServerCodec())
                        .addLast(new HttpObjectAggregator(largestBody, true))
                        .addLast(new Conversation());
                  }
                })
            .register()
            .syncUninterruptibly();
  }

  private static void close(Channel channel) {
    ChannelFuture unused = channel.close();
  }

  /** One connection; its clock runs from one answer to the end of the next request. */
  private final class Conversation extends SimpleChannelInboundHandler<FullHttpRequest> {
    private @Nullable Future<?> deadline;

    @Override
    public void channelActive(ChannelHandlerContext context) {
      restart(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      stop();
    }

    private void restart(ChannelHandlerContext context) {
      stop();
      deadline =
          context
              .executor()
              .schedule(() -> close(context.channel()), PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private void stop() {
      Future<?> running = deadline;
      if (running != null) {
        running.cancel(false);
      }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest message) {
      if (message.decoderResult().isFailure()) {
        close(context.channel());
        return;
      }
      Request request =
          new Request(
              message.method().name(),
              message.uri(),
              ByteString.copyFrom(message.content().nioBuffer()));
      Answer answer = answer(request);
      log.warn(
          SOURCE, request.method() + " " + router.shown(request.uri()) + " - " + answer.status());
      send(context, answer, HttpUtil.isKeepAlive(message));
      restart(context);
    }

    private Answer answer(Request request) {
      try {
        return router.answer(request);
      } catch (IllegalArgumentException e) {
        return Answer.status(Answer.BAD_REQUEST, "bad escape"); // the address cannot be decoded
      }
    }

    private void send(ChannelHandlerContext context, Answer answer, boolean keep) {
      FullHttpResponse response =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1,
              HttpResponseStatus.valueOf(answer.status()),
              Unpooled.wrappedBuffer(answer.body().asReadOnlyByteBuffer()));
      response.headers().set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
      HttpUtil.setContentLength(response, answer.body().size());
      HttpUtil.setKeepAlive(response, keep);
      ChannelFuture sent = context.writeAndFlush(response);
      if (!keep) {
        sent.addListener(ChannelFutureListener.CLOSE);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      close(context.channel()); // of this connection, whatever it was
    }
  }
}
