// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.kit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import io.rktj.spec.BlobDigest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * A repository of a registry, on a {@link DiscoveryServer}: blobs by their digests, documents by
 * tag and by digest. Where a token is asked for, the server gives it at {@code /token} to who
 * brings the right name and password.
 */
public final class TestRegistry {
  /** The media type of Docker's manifests. */
  public static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

  /** The media type of OCI's indices. */
  public static final String INDEX = "application/vnd.oci.image.index.v1+json";

  private static final String CONFIG = "application/vnd.docker.container.image.v1+json";
  private static final String LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";
  private static final String TOKEN = "Bearer given-by-the-token-server";

  private final DiscoveryServer server;
  private final String host;
  private final String repository;
  private boolean open = true;

  /** What a document says of a blob. */
  public record Blob(String digest, long size) {
    /** As a document has it. */
    public String descriptor(String mediaType, String... members) {
      return "{\"mediaType\":\""
          + mediaType
          + "\",\"digest\":\""
          + digest
          + "\",\"size\":"
          + size
          + String.join("", members)
          + "}";
    }
  }

  /** An empty repository of {@code host}, which anybody may read. */
  public TestRegistry(DiscoveryServer server, String host, String repository) {
    this.server = server;
    this.host = host;
    this.repository = repository;
  }

  /** From now on only who has a token may read, and only this user gets one. */
  public TestRegistry closed(String authorization) {
    open = false;
    server.on(
        "/token",
        exchange -> {
          boolean known =
              authorization.equals(exchange.getRequestHeaders().getFirst("Authorization"));
          boolean asked =
              exchange.getRequestURI().getQuery().contains("repository:" + repository + ":pull");
          DiscoveryServer.bytes(
                  known && asked ? 200 : 401,
                  Map.of(),
                  ("{\"token\":\"" + TOKEN.substring(7) + "\"}").getBytes(UTF_8))
              .answer(exchange);
        });
    return this;
  }

  /** Adds a blob that is what its digest says. */
  public Blob blob(byte[] bytes) {
    return blob(BlobDigest.of(bytes).toString(), bytes);
  }

  /** Answers {@code bytes} to who asks for the blob {@code digest}. */
  public Blob blob(String digest, byte[] bytes) {
    serve("/blobs/" + digest, "application/octet-stream", bytes);
    return new Blob(digest, bytes.length);
  }

  /** Adds a document under its digest and under {@code tag}. */
  public Blob document(String tag, String mediaType, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    Blob blob = new Blob(BlobDigest.of(bytes).toString(), bytes.length);
    serve("/manifests/" + tag, mediaType, bytes);
    serve("/manifests/" + blob.digest(), mediaType, bytes);
    return blob;
  }

  /** Adds an image of these layers and answers its manifest. */
  public Blob image(String tag, String settings, RawTar... layers) {
    List<Blob> blobs = new ArrayList<>();
    for (RawTar layer : layers) {
      blobs.add(blob(gzip(layer.bytes())));
    }
    return manifest(tag, blob(config(settings, layers).getBytes(UTF_8)), blobs);
  }

  /** Adds a manifest of these blobs. */
  public Blob manifest(String tag, Blob config, List<Blob> layers) {
    List<String> descriptors = new ArrayList<>();
    for (Blob layer : layers) {
      descriptors.add(layer.descriptor(LAYER));
    }
    return document(
        tag,
        MANIFEST,
        "{\"schemaVersion\":2,\"mediaType\":\""
            + MANIFEST
            + "\",\"config\":"
            + config.descriptor(CONFIG)
            + ",\"layers\":["
            + String.join(",", descriptors)
            + "]}");
  }

  /** The configuration of an image of these layers, {@code settings} being how it is run. */
  public static String config(String settings, RawTar... layers) {
    List<String> digests = new ArrayList<>();
    for (RawTar layer : layers) {
      digests.add("\"" + BlobDigest.of(layer.bytes()) + "\"");
    }
    return "{\"os\":\"linux\",\"architecture\":\""
        + processor()
        + "\",\"created\":\"2026-01-02T03:04:05.678Z\",\"config\":{"
        + settings
        + "},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":["
        + String.join(",", digests)
        + "]}}";
  }

  /** The host's processor by Go's name. */
  public static String processor() {
    return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
  }

  /** Compressed as registries have it. */
  public static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private void serve(String path, String mediaType, byte[] bytes) {
    server.on(
        "/v2/" + repository + path,
        exchange -> {
          if (!open && !TOKEN.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            askForToken(exchange);
            return;
          }
          DiscoveryServer.bytes(200, Map.of("Content-Type", mediaType), bytes).answer(exchange);
        });
  }

  private void askForToken(HttpExchange exchange) throws IOException {
    DiscoveryServer.bytes(
            401,
            Map.of(
                "WWW-Authenticate", "Bearer realm=\"https://" + host + "/token\",service=\"test\""),
            "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"who are you\"}]}"
                .getBytes(UTF_8))
        .answer(exchange);
  }
}
