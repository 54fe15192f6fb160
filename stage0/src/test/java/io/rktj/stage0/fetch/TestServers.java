// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.linux.Kernel;
import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.Progress;
import io.rktj.stage0.config.Config;
import io.rktj.stage0.config.ConfiguredPaths;
import io.rktj.stage0.config.ConfiguredStage1;
import io.rktj.stage0.config.Credentials;
import io.rktj.stage0.config.FetchSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Protocol;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/**
 * Two real servers on this machine, one for https and one for http, that answer for {@code
 * example.com}, {@code cdn.example.com} and {@code evil.example.org} by URL, and a fetcher that
 * reaches them by name overrides and believes their authority.
 */
final class TestServers implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

  private final MockWebServer https = new MockWebServer();
  private final MockWebServer http = new MockWebServer();
  private final Map<String, Function<RecordedRequest, MockResponse>> answers = new HashMap<>();
  private final Path directory;
  private final Path authority;
  private final List<RemoteFetcher> fetchers = new ArrayList<>();

  final List<String> told = new CopyOnWriteArrayList<>();
  final List<RecordedRequest> requests = new CopyOnWriteArrayList<>();
  final Map<String, Credentials> auth = new LinkedHashMap<>();
  final Map<String, Credentials.Basic> dockerAuth = new LinkedHashMap<>();
  final Map<String, String> environment = new HashMap<>();
  Leniency images = Leniency.NONE;
  Leniency keys = Leniency.NONE;
  boolean believes = true;
  boolean refusesPrivate;

  TestServers(Path directory) throws IOException {
    this.directory = directory;
    HeldCertificate root =
        new HeldCertificate.Builder().certificateAuthority(0).commonName("test root").build();
    HeldCertificate server =
        new HeldCertificate.Builder()
            .signedBy(root)
            .addSubjectAlternativeName("example.com")
            .addSubjectAlternativeName("cdn.example.com")
            .addSubjectAlternativeName("evil.example.org")
            .build();
    this.authority = Files.writeString(directory.resolve("ca.pem"), root.certificatePem());
    https.useHttps(
        new HandshakeCertificates.Builder().heldCertificate(server).build().sslSocketFactory());
    // HTTP/1.1 shows the host as it was asked for, with its port.
    https.setProtocols(List.of(Protocol.HTTP_1_1));
    https.setDispatcher(new ByUrl("https"));
    http.setDispatcher(new ByUrl("http"));
    https.start();
    http.start();
    Files.createDirectory(downloads());
  }

  Path downloads() {
    return directory.resolve("tmp");
  }

  /** What the server of {@code url} says; other URLs are 404. */
  TestServers serves(String url, MockResponse answer) {
    return serves(url, request -> answer);
  }

  TestServers serves(String url, Function<RecordedRequest, MockResponse> answer) {
    answers.put(url, answer);
    return this;
  }

  TestServers serves(String url, String body) {
    return serves(url, new MockResponse.Builder().body(body).build());
  }

  TestServers redirects(String url, String target) {
    return serves(url, new MockResponse.Builder().code(302).setHeader("Location", target).build());
  }

  RemoteFetcher fetcher() {
    Map<String, String> resolve = new LinkedHashMap<>();
    for (String host :
        List.of("example.com", "cdn.example.com", "evil.example.org", "wrong.name")) {
      resolve.put(host + ":443", "127.0.0.1:" + https.getPort());
      resolve.put(host + ":80", "127.0.0.1:" + http.getPort());
      resolve.put(host + ":8443", "127.0.0.1:" + https.getPort());
    }
    Config config =
        new Config(
            auth,
            dockerAuth,
            ConfiguredPaths.NONE,
            ConfiguredStage1.NONE,
            new FetchSettings(
                resolve, believes ? List.of(authority.toString()) : List.of(), refusesPrivate));
    RemoteFetcher fetcher =
        RemoteFetcher.open(
            new FetchOptions(
                config, images, keys, "1.30.0", environment, Clock.fixed(NOW, ZoneOffset.UTC)),
            downloads(),
            Kernel.host(),
            new Listener());
    fetchers.add(fetcher);
    return fetcher;
  }

  /** The URLs that were asked for, in order. */
  List<String> urls() {
    List<String> urls = new ArrayList<>();
    for (RecordedRequest request : requests) {
      urls.add(url(request));
    }
    return urls;
  }

  private static String url(RecordedRequest request) {
    String scheme = request.getHandshake() == null ? "http" : "https";
    String host = String.valueOf(request.getHeaders().get("Host"));
    return scheme + "://" + host + request.getTarget();
  }

  @Override
  public void close() {
    fetchers.forEach(RemoteFetcher::close);
    https.close();
    http.close();
  }

  private final class ByUrl extends Dispatcher {
    private final String scheme;

    ByUrl(String scheme) {
      this.scheme = scheme;
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) {
      requests.add(request);
      Function<RecordedRequest, MockResponse> answer = answers.get(url(request));
      return answer == null
          ? new MockResponse.Builder().code(404).body(scheme).build()
          : answer.apply(request);
    }
  }

  private final class Listener implements Diagnostics {
    @Override
    public void note(String source, String text) {
      told.add(source + ": " + text);
    }

    @Override
    public void warn(String source, String text) {
      told.add(source + "! " + text);
    }

    @Override
    public Progress progress(String title, long total) {
      told.add(title + " " + total);
      return new Progress() {
        private long done;

        @Override
        public void advance(long bytes) {
          done += bytes;
        }

        @Override
        public void close() {
          told.add(title + " done " + done);
        }
      };
    }
  }
}
