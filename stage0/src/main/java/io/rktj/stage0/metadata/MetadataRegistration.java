// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.metadata;

import io.rktj.pod.HostException;
import io.rktj.spec.AcName;
import io.rktj.spec.Uuid;
import java.io.IOException;
import java.net.Proxy;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * Tells the metadata service of this host which pods there are ({@code spec/rkt-cli.md} section
 * 4.20):
 *
 * <pre>
 * PUT /pods/UUID?token=TOKEN   the pod's manifest
 * PUT /pods/UUID/APP           the manifest of an app's image
 * DELETE /pods/UUID
 * </pre>
 */
public final class MetadataRegistration {
  private static final int ATTEMPTS = 3;
  private static final long PAUSE_MILLIS = 1000;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final MediaType JSON = MediaType.get("application/json");

  private final Path socket;
  private final OkHttpClient client;

  /** Registers through {@code socket}. */
  public MetadataRegistration(Path socket) {
    this.socket = socket;
    client =
        new OkHttpClient.Builder()
            .socketFactory(UnixSocket.factory(socket))
            .proxy(Proxy.NO_PROXY)
            .followRedirects(false)
            .retryOnConnectionFailure(false)
            .callTimeout(PATIENCE)
            .build();
  }

  /** Refuses if no service listens; asked before there is a pod. */
  public static void requireService(Path socket) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      throw unreachable(socket, e);
    }
  }

  /** Puts the pod in, to be asked for by whoever knows {@code token}. */
  public void pod(Uuid uuid, String token, byte[] manifest) {
    HttpUrl url = url("pods", uuid.toString()).addQueryParameter("token", token).build();
    send(new Request.Builder().url(url).put(RequestBody.create(manifest, JSON)).build(), ATTEMPTS);
  }

  /** Adds the image of one app of a pod that is in. */
  public void app(Uuid uuid, AcName app, byte[] imageManifest) {
    HttpUrl url = url("pods", uuid.toString(), app.value()).build();
    RequestBody body = RequestBody.create(imageManifest, JSON);
    send(new Request.Builder().url(url).put(body).build(), ATTEMPTS);
  }

  /** Takes the pod off; one that the service has forgotten, or never knew, is no failure. */
  public void remove(Uuid uuid) {
    HttpUrl url = url("pods", uuid.toString()).build();
    send(new Request.Builder().url(url).delete().build(), 1);
  }

  private static HttpUrl.Builder url(String... segments) {
    HttpUrl.Builder url = new HttpUrl.Builder().scheme("http").host("localhost");
    for (String segment : segments) {
      url.addPathSegment(segment);
    }
    return url;
  }

  private void send(Request request, int attempts) {
    for (int attempt = 1; ; attempt++) {
      try (Response response = client.newCall(request).execute()) {
        if (response.code() == 200 || (response.code() == 404 && attempts == 1)) {
          return;
        }
        throw new HostException(
            "cannot register the pod: the metadata service answered "
                + response.code()
                + " to "
                + request.method());
      } catch (IOException e) {
        if (attempt >= attempts) {
          throw unreachable(socket, e);
        }
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException("interrupted", e);
    }
  }

  private static HostException unreachable(Path socket, IOException cause) {
    return new HostException(
        "could not reach the metadata service. Make sure it runs",
        "start it with \"rkt metadata-service\"; it is looked for at \"" + socket + "\"",
        cause);
  }
}
