// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.kit;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A web server on loopback that plays the part of an image's host: pages with discovery meta tags,
 * images, signatures, keys. HTTPS with a certificate of its own making; clients reach it by name
 * through rkt's {@code fetch} configuration ({@link #fetchConfig}). Every request is recorded.
 *
 * <p>As a program it serves one directory: {@code DiscoveryServer DIRECTORY HOST CONFIG-DIRECTORY},
 * where {@code DIRECTORY/index.html} answers every {@code ?ac-discovery=1}; it prints its address
 * and ends with its standard input.
 */
public final class DiscoveryServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final Path certificate;
  private final Map<String, Response> pages = new ConcurrentHashMap<>();
  private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());

  /**
   * What was asked.
   *
   * @param host the name that the client asked for
   */
  public record Request(String method, String host, String target, Headers headers) {}

  /** What is answered. */
  public interface Response {
    /** Answers {@code exchange} and closes it. */
    void answer(HttpExchange exchange) throws IOException;
  }

  private DiscoveryServer(HttpServer server, Path certificate) {
    this.server = server;
    this.certificate = certificate;
    server.createContext("/", this::handle);
    server.setExecutor(workers);
  }

  /** An HTTPS server for {@code hosts}, its certificate kept in {@code directory}. */
  public static DiscoveryServer https(Path directory, List<String> hosts) {
    try {
      Path store = directory.resolve("server.p12");
      Path certificate = directory.resolve("ca.pem");
      if (!Files.exists(store)) {
        makeCertificate(store, hosts);
      }
      char[] password = "changeit".toCharArray();
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(store)) {
        keys.load(in, password);
      }
      String pem =
          "-----BEGIN CERTIFICATE-----\n"
              + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                  .encodeToString(keys.getCertificate("server").getEncoded())
              + "\n-----END CERTIFICATE-----\n";
      Files.writeString(certificate, pem);
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(keys, password);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(managers.getKeyManagers(), null, null);
      HttpsServer server =
          HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setHttpsConfigurator(new HttpsConfigurator(context));
      return new DiscoveryServer(server, certificate).started();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("cannot start an HTTPS server", e);
    }
  }

  /** A plain HTTP server. */
  public static DiscoveryServer http(Path directory) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      return new DiscoveryServer(server, directory.resolve("none")).started();
    } catch (IOException e) {
      throw new IllegalStateException("cannot start an HTTP server", e);
    }
  }

  private DiscoveryServer started() {
    server.start();
    return this;
  }

  private static void makeCertificate(Path store, List<String> hosts) throws IOException {
    StringBuilder names = new StringBuilder("san=ip:127.0.0.1,dns:localhost");
    for (String host : hosts) {
      names.append(",dns:").append(host);
    }
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    Process process =
        new ProcessBuilder(
                List.of(
                    keytool.toString(),
                    "-genkeypair",
                    "-keystore",
                    store.toString(),
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    "changeit",
                    "-alias",
                    "server",
                    "-keyalg",
                    "EC",
                    "-groupname",
                    "secp256r1",
                    "-validity",
                    "30",
                    "-dname",
                    "CN=" + hosts.get(0),
                    "-ext",
                    names.toString(),
                    "-ext",
                    "bc:c=ca:true"))
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException("keytool: " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    String host = exchange.getRequestHeaders().getFirst("Host");
    host = host == null ? "" : host;
    String target = exchange.getRequestURI().toString();
    requests.add(
        new Request(exchange.getRequestMethod(), host, target, exchange.getRequestHeaders()));
    Response response = pages.get(target);
    if (response == null) {
      response = pages.get(exchange.getRequestURI().getRawPath());
    }
    try (exchange) {
      if (response == null) {
        exchange.sendResponseHeaders(404, -1);
      } else {
        response.answer(exchange);
      }
    }
  }

  /** The port on loopback. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** The file of the certificate that signs this server's, in PEM. */
  public Path certificate() {
    return certificate;
  }

  /** Every request so far, in order. */
  public List<Request> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  /** Answers {@code target} (path, or path and query) with {@code response}. */
  public DiscoveryServer on(String target, Response response) {
    pages.put(target, response);
    return this;
  }

  /** Answers {@code target} with 200 and {@code body}. */
  public DiscoveryServer page(String target, String body) {
    return on(target, bytes(200, Map.of("Content-Type", "text/html"), body.getBytes(UTF_8)));
  }

  /** Answers {@code target} with the bytes of {@code file}, with ranges and an entity tag. */
  public DiscoveryServer file(String target, Path file) {
    return on(target, exchange -> sendFile(exchange, file));
  }

  /** Answers {@code target} with a redirection to {@code url}. */
  public DiscoveryServer redirect(String target, String url) {
    return on(target, bytes(302, Map.of("Location", url), new byte[0]));
  }

  /** A fixed answer. */
  public static Response bytes(int status, Map<String, String> headers, byte[] body) {
    return exchange -> {
      headers.forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      if (body.length > 0) {
        try (OutputStream out = exchange.getResponseBody()) {
          out.write(body);
        }
      }
    };
  }

  private static final java.nio.charset.Charset UTF_8 = StandardCharsets.UTF_8;

  private static void sendFile(HttpExchange exchange, Path file) throws IOException {
    byte[] body = Files.readAllBytes(file);
    String tag = "\"" + Integer.toHexString(Arrays.hashCode(body)) + "-" + body.length + "\"";
    Headers headers = exchange.getResponseHeaders();
    headers.set("ETag", tag);
    headers.set("Accept-Ranges", "bytes");
    if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
      exchange.sendResponseHeaders(304, -1);
      return;
    }
    String range = exchange.getRequestHeaders().getFirst("Range");
    int from = 0;
    int status = 200;
    if (range != null && range.startsWith("bytes=") && range.endsWith("-")) {
      from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
      if (from >= body.length) {
        exchange.sendResponseHeaders(416, -1);
        return;
      }
      headers.set("Content-Range", "bytes " + from + "-" + (body.length - 1) + "/" + body.length);
      status = 206;
    }
    if (exchange.getRequestMethod().equals("HEAD")) {
      headers.set("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    exchange.sendResponseHeaders(status, body.length - from);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body, from, body.length - from);
    }
  }

  /**
   * The text of a {@code fetch} configuration file that leads {@code hosts} here and trusts the
   * certificate.
   */
  public String fetchConfig(List<String> hosts) {
    StringBuilder resolve = new StringBuilder();
    for (String host : hosts) {
      if (resolve.length() > 0) {
        resolve.append(", ");
      }
      resolve.append('"').append(host).append(":443\": \"127.0.0.1:").append(port()).append('"');
    }
    return "{\n  \"rktKind\": \"fetch\",\n  \"rktVersion\": \"v1\",\n  \"resolve\": {"
        + resolve
        + "},\n  \"certificateAuthorities\": [\""
        + certificate.toAbsolutePath()
        + "\"]\n}\n";
  }

  /** Writes {@link #fetchConfig} below a configuration directory. */
  public void configure(Path configDirectory, List<String> hosts) throws IOException {
    Path directory = Files.createDirectories(configDirectory.resolve("fetch.d"));
    Files.writeString(directory.resolve("discovery.json"), fetchConfig(hosts));
  }

  @Override
  public void close() {
    server.stop(0);
    workers.shutdownNow();
    try {
      if (!workers.awaitTermination(5, TimeUnit.SECONDS)) {
        throw new IllegalStateException("server threads did not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Serves a directory until standard input ends. */
  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[0]);
    String host = arguments[1];
    Path config = Path.of(arguments[2]);
    Files.createDirectories(config);
    try (DiscoveryServer server = https(config, List.of(host))) {
      server.configure(config, List.of(host));
      String index = Files.readString(directory.resolve("index.html"));
      try (var files = Files.list(directory)) {
        for (Path file : files.toList()) {
          server.file("/" + file.getFileName(), file);
        }
      }
      server.pages.put(
          "/", exchange -> bytes(200, Map.of(), index.getBytes(UTF_8)).answer(exchange));
      System.out.println("serving https://" + host + " on 127.0.0.1:" + server.port());
      System.out.flush();
      while (System.in.read() >= 0) {
        // Whatever is typed; the end of input ends the server.
      }
    }
  }
}
