// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.FileStatus;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.stage0.config.Credentials;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import okhttp3.Headers;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Downloads over real sockets: spec/rkt-cli.md section 8 and the families d-* of security.md. */
class ImageFetchTest {
  private static final String URL = "https://example.com/app.aci";
  private static final byte[] IMAGE = new byte[300_000];

  static {
    new Random(7).nextBytes(IMAGE);
  }

  private final TestServers servers;

  ImageFetchTest(@TempDir Path directory) throws IOException {
    servers = new TestServers(directory);
  }

  @AfterEach
  void stops() {
    servers.close();
  }

  private static MockResponse.Builder image() {
    return new MockResponse.Builder()
        .setHeader("ETag", "\"v1\"")
        .setHeader("Accept-Ranges", "bytes")
        .body(new Buffer().write(IMAGE));
  }

  private static FetchedAci fetched(FetchOutcome outcome) {
    assertThat(outcome).isInstanceOf(FetchOutcome.Fetched.class);
    return ((FetchOutcome.Fetched) outcome).image();
  }

  private byte[] download() throws IOException {
    try (FetchedAci aci = fetched(servers.fetcher().fetchImage(URL, Optional.empty()))) {
      return aci.stream().readAllBytes();
    }
  }

  private String[] leftovers() {
    String[] names = servers.downloads().toFile().list();
    return names == null ? new String[0] : names;
  }

  /** A server that breaks off in the middle, and from then on answers as {@code later}. */
  private void breaksOffFirst(java.util.function.Function<RecordedRequest, MockResponse> later)
      throws IOException {
    servers.serves(
        URL, image().onResponseBody(new mockwebserver3.SocketEffect.CloseSocket()).build());
    assertThatThrownBy(this::download)
        .isInstanceOf(FetchException.class)
        .hasMessageMatching("cannot fetch \"https://example.com/app.aci\" after [0-9]+ bytes");
    assertThat(leftovers()).hasSize(1);
    servers.requests.clear();
    servers.serves(URL, later);
  }

  private static MockResponse rest(RecordedRequest request, String etag) {
    String range = String.valueOf(request.getHeaders().get("Range"));
    int from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
    return new MockResponse.Builder()
        .code(206)
        .setHeader("ETag", etag)
        .setHeader("Content-Range", "bytes " + from + "-" + (IMAGE.length - 1) + "/" + IMAGE.length)
        .body(new Buffer().write(IMAGE, from, IMAGE.length - from))
        .build();
  }

  @Test
  void bringsTheBytesAndWhatTheServerSaysOfThem() throws IOException {
    servers.serves(URL, image().setHeader("Cache-Control", "public, max-age=60").build());

    try (FetchedAci aci = fetched(servers.fetcher().fetchImage(URL, Optional.empty()))) {
      assertThat(aci.size()).isEqualTo(IMAGE.length);
      assertThat(aci.origin())
          .isEqualTo(
              new Origin(
                  Origin.Kind.REMOTE,
                  URL,
                  Optional.empty(),
                  Optional.of(new Freshness(Optional.of("\"v1\""), 60, TestServers.NOW))));
      assertThat(aci.stream().readAllBytes()).isEqualTo(IMAGE);
    }
    assertThat(servers.told)
        .contains(
            "image: fetching image from " + URL,
            "Downloading ACI 300000",
            "Downloading ACI done 300000");
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void doesNotAskWhileACopyIsFresh() {
    Freshness fresh = new Freshness(Optional.of("\"v1\""), 60, TestServers.NOW.minusSeconds(59));

    assertThat(servers.fetcher().fetchImage(URL, Optional.of(fresh)))
        .isInstanceOf(FetchOutcome.Unexpired.class);
    assertThat(servers.requests).isEmpty();
    assertThat(servers.told)
        .containsExactly("image: image for " + URL + " isn't expired, not fetching.");
  }

  @Test
  void asksWhetherAnOldCopyIsStillCurrent() {
    Freshness old = new Freshness(Optional.of("\"v1\""), 60, TestServers.NOW.minusSeconds(60));
    servers.serves(
        URL,
        request ->
            "\"v1\"".equals(request.getHeaders().get("If-None-Match"))
                ? new MockResponse.Builder().code(304).build()
                : image().build());

    assertThat(servers.fetcher().fetchImage(URL, Optional.of(old)))
        .isInstanceOf(FetchOutcome.NotModified.class);
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void refusesNotModifiedThatNobodyAskedFor() {
    servers.serves(URL, new MockResponse.Builder().code(304).build());

    assertThatThrownBy(this::download).hasMessageContaining("bad HTTP status code: 304");
  }

  @Test
  void readsCacheControl() throws IOException {
    for (String[] row :
        new String[][] {
          {"no-store, max-age=60", "0"}, {"no-cache", "0"}, {"max-age=5", "5"}, {"private", "0"}
        }) {
      servers.serves(URL, image().setHeader("Cache-Control", row[0]).build());

      try (FetchedAci aci = fetched(servers.fetcher().fetchImage(URL, Optional.empty()))) {
        assertThat(aci.origin().freshness().orElseThrow().maxAgeSeconds())
            .isEqualTo(Long.parseLong(row[1]));
      }
    }
  }

  @Test
  void refusesOtherStatuses() {
    for (int code : new int[] {201, 202, 206, 401, 403, 404, 416, 500}) {
      servers.serves(URL, new MockResponse.Builder().code(code).build());

      assertThatThrownBy(this::download)
          .isInstanceOf(FetchException.class)
          .hasMessage(
              "cannot fetch \"https://example.com/app.aci\": bad HTTP status code: " + code);
    }
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void refusesWhatIsNoHttpUrl() {
    for (String url :
        List.of(
            "file:///etc/passwd", "unix:/run/x", "ftp://example.com/a.aci", "app.aci", "http:")) {
      assertThatThrownBy(() -> servers.fetcher().fetchImage(url, Optional.empty()))
          .isInstanceOf(FetchException.class)
          .hasMessageContaining("only http and https URLs are supported");
    }
    assertThatThrownBy(
            () ->
                servers
                    .fetcher()
                    .fetchImage("https://user:secret@example.com/app.aci", Optional.empty()))
        .isInstanceOf(FetchException.class)
        .hasMessageNotContaining("secret");
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void resumesWhatBrokeOff() throws IOException {
    breaksOffFirst(request -> rest(request, "\"v1\""));

    assertThat(download()).isEqualTo(IMAGE);
    assertThat(servers.requests).hasSize(1);
    Headers headers = servers.requests.get(0).getHeaders();
    assertThat(headers.get("If-Range")).isEqualTo("\"v1\"");
    assertThat(headers.get("Range")).matches("bytes=[1-9][0-9]*-");
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void startsAgainWhenTheImageChanged() throws IOException {
    breaksOffFirst(request -> image().setHeader("ETag", "\"v2\"").build());

    assertThat(download()).isEqualTo(IMAGE);
    assertThat(servers.told)
        .contains("image: cannot use cached partial download, resource updated.");
  }

  @Test
  void doesNotJoinPartsOfDifferentVersions() throws IOException {
    breaksOffFirst(
        request ->
            request.getHeaders().get("Range") == null
                ? image().setHeader("ETag", "\"v2\"").build()
                : rest(request, "\"v2\""));

    assertThat(download()).isEqualTo(IMAGE);
    assertThat(servers.requests).hasSize(2);
  }

  @Test
  void startsAgainOnceWhenTheRangeIsRefused() throws IOException {
    breaksOffFirst(
        request ->
            request.getHeaders().get("Range") == null
                ? image().build()
                : new MockResponse.Builder().code(416).build());

    assertThat(download()).isEqualTo(IMAGE);
    assertThat(servers.requests).hasSize(2);
  }

  @Test
  void keepsNothingThatCannotBeResumed() {
    for (MockResponse.Builder answer :
        List.of(
            image().removeHeader("Accept-Ranges"),
            image().removeHeader("ETag"),
            image().setHeader("ETag", "W/\"weak\""))) {
      servers.serves(
          URL, answer.onResponseBody(new mockwebserver3.SocketEffect.CloseSocket()).build());

      assertThatThrownBy(this::download).isInstanceOf(FetchException.class);
      assertThat(leftovers()).isEmpty();
    }
  }

  @Test
  void leavesNothingOfAnImageThatItsReaderGaveUp() throws IOException {
    servers.serves(URL, image().build());

    try (FetchedAci aci = fetched(servers.fetcher().fetchImage(URL, Optional.empty()))) {
      assertThat(aci.stream().readNBytes(1000)).hasSize(1000);
      assertThat(leftovers()).hasSize(1);
    }

    assertThat(leftovers()).isEmpty();
  }

  @Test
  void keepsWhatBrokeOffWhileNobodyReads() throws IOException {
    breaksOffFirst(request -> rest(request, "\"v1\""));

    fetched(servers.fetcher().fetchImage(URL, Optional.empty())).close();

    assertThat(leftovers()).hasSize(1);
    assertThat(download()).isEqualTo(IMAGE);
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void leavesNothingWhenItIsClosedUnderTheHandsOfAReader() throws Exception {
    servers.serves(URL, image().throttleBody(10_000, 1, TimeUnit.SECONDS).build());
    FetchedAci aci = fetched(servers.fetcher().fetchImage(URL, Optional.empty()));
    InputStream stream = aci.stream();
    CompletableFuture<byte[]> reader =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return stream.readAllBytes();
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    Thread.sleep(300);

    aci.close();

    assertThatThrownBy(() -> reader.get(20, TimeUnit.SECONDS))
        .isInstanceOf(java.util.concurrent.ExecutionException.class);
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void doesNotSendBackAnETagThatIsNoHeader() throws IOException {
    servers.serves(
        URL,
        new MockResponse.Builder()
            .addHeaderLenient("ETag", "\"caf\u00e9\"")
            .setHeader("Accept-Ranges", "bytes")
            .body(new Buffer().write(IMAGE))
            .onResponseBody(new mockwebserver3.SocketEffect.CloseSocket())
            .build());

    assertThatThrownBy(this::download).isInstanceOf(FetchException.class);
    assertThatThrownBy(this::download).isInstanceOf(FetchException.class);
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void handsOutItsStreamOnce() throws IOException {
    servers.serves(URL, image().build());

    try (FetchedAci aci = fetched(servers.fetcher().fetchImage(URL, Optional.empty()));
        InputStream first = aci.stream()) {
      assertThat(first.read()).isEqualTo(IMAGE[0] & 0xff);
      assertThatThrownBy(aci::stream).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void waitsForAnotherDownloadOfTheSameUrl() throws Exception {
    servers.serves(URL, image().build());
    FetchedAci first = fetched(servers.fetcher().fetchImage(URL, Optional.empty()));

    CompletableFuture<byte[]> second =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return download();
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    String waiting = "image! another rkt instance is downloading this file, waiting...";
    while (!servers.told.contains(waiting) && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }

    assertThat(servers.told).contains(waiting);
    assertThat(second).isNotDone();
    assertThat(first.stream().readAllBytes()).isEqualTo(IMAGE);
    first.close();
    assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(IMAGE);
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void removesOnlyOldPartialDownloads() throws IOException {
    breaksOffFirst(request -> image().build());
    Instant now = Instant.now();

    assertThat(PartialDownloads.owns(leftovers()[0])).isTrue();
    assertThat(
            PartialDownloads.removeOlder(
                servers.downloads(), now.minusSeconds(3600), Kernel.host()))
        .isZero();
    assertThat(
            PartialDownloads.removeOlder(servers.downloads(), now.plusSeconds(3600), Kernel.host()))
        .isOne();
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void refusesRedirectsOfImagesAndSignaturesToHttp() {
    servers
        .redirects(URL, "http://example.com/app.aci")
        .redirects(URL + ".asc", "http://example.com/app.aci.asc")
        .serves("http://example.com/app.aci", image().build())
        .serves("http://example.com/app.aci.asc", "signature");

    assertThatThrownBy(this::download).hasMessageContaining("redirect from https to http");
    assertThatThrownBy(() -> servers.fetcher().fetchSignature(URL + ".asc"))
        .isInstanceOfSatisfying(
            FetchException.class,
            e -> assertThat(e.hint()).contains("--insecure-options=http allows it"));
    assertThat(servers.urls()).noneMatch(url -> url.startsWith("http:"));

    servers.images = new Leniency(false, true);

    assertThat(servers.fetcher().fetchSignature(URL + ".asc")).isPresent();
  }

  @Test
  void fetchesFromHttpWhenAskedTo() throws IOException {
    servers.serves("http://example.com/app.aci", image().build());

    try (FetchedAci aci =
        fetched(servers.fetcher().fetchImage("http://example.com/app.aci", Optional.empty()))) {
      assertThat(aci.stream().readAllBytes()).isEqualTo(IMAGE);
    }
  }

  @Test
  void comesBackForADeferredSignature() {
    String url = URL + ".asc";
    servers.serves(url, new MockResponse.Builder().code(202).build());

    assertThat(servers.fetcher().fetchSignature(url)).isEmpty();
    assertThatThrownBy(() -> servers.fetcher().fetchDeferredSignature(url))
        .hasMessageContaining("server requested deferring the signature download");

    servers.serves(url, "signature");

    assertThat(servers.fetcher().fetchDeferredSignature(url)).hasSize(9);
  }

  @Test
  void limitsSignaturesAndKeys() {
    String large = "x".repeat((1 << 20) + 1);
    servers
        .serves(URL + ".asc", large)
        .serves(
            "https://example.com/k", new MockResponse.Builder().chunkedBody(large, 999).build());

    assertThatThrownBy(() -> servers.fetcher().fetchSignature(URL + ".asc"))
        .hasMessageContaining("is larger than 1048576 bytes");
    assertThatThrownBy(() -> servers.fetcher().fetchKey("https://example.com/k"))
        .hasMessageContaining("is larger than 1048576 bytes");
  }

  @Test
  void sendsCredentialsOnlyWhereTheyBelong() throws IOException {
    servers.auth.put("example.com", new Credentials.Basic("user", "secret"));
    servers.auth.put("cdn.example.com", new Credentials.OAuth("token"));
    servers
        .redirects(URL, "https://evil.example.org/app.aci")
        .redirects("https://evil.example.org/app.aci", "https://cdn.example.com/app.aci")
        .redirects("https://cdn.example.com/app.aci", "https://example.com:8443/app.aci")
        .serves("https://example.com:8443/app.aci", image().build())
        .serves("http://example.com/app.aci", image().build())
        .serves("https://example.com/key", "key");

    assertThat(download()).isEqualTo(IMAGE);
    fetched(servers.fetcher().fetchImage("http://example.com/app.aci", Optional.empty())).close();
    assertThat(servers.fetcher().fetchKey("https://example.com/key")).isNotEmpty();

    assertThat(servers.requests)
        .extracting(request -> String.valueOf(request.getHeaders().get("Authorization")))
        .containsExactly("Basic dXNlcjpzZWNyZXQ=", "null", "Bearer token", "null", "null", "null");
    assertThat(servers.told).noneMatch(line -> line.contains("secret") || line.contains("token"));
  }

  @Test
  void signsRequestsForAmazon() throws IOException {
    servers.auth.put(
        "example.com", new Credentials.Aws("AKID", "secret", Optional.of("eu-west-1")));
    servers.serves(URL, image().build());

    assertThat(download()).isEqualTo(IMAGE);

    Headers headers = servers.requests.get(0).getHeaders();
    assertThat(headers.get("Authorization"))
        .matches(
            "AWS4-HMAC-SHA256 Credential=AKID/20261123/eu-west-1/s3/aws4_request,"
                + "SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=[0-9a-f]{64}");
    assertThat(headers.get("x-amz-date")).isEqualTo("20261123T120000Z");
  }

  @Test
  void readsLocalFilesButNothingElse(@TempDir Path files) throws IOException {
    Path file = Files.write(files.resolve("app.aci"), IMAGE);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (FetchedAci aci = LocalFiles.open(file)) {
      aci.stream().transferTo(bytes);
      assertThat(aci.origin().kind()).isEqualTo(Origin.Kind.FILE);
      assertThat(aci.origin().location()).isEqualTo(file.toString());
      assertThat(aci.size()).isEqualTo(IMAGE.length);
    }
    assertThat(bytes.toByteArray()).isEqualTo(IMAGE);
    assertThat(LocalFiles.readSignature(file)).isEqualTo(IMAGE);

    assertThatThrownBy(() -> LocalFiles.open(files)).hasMessageContaining("is not a regular file");
    assertThatThrownBy(() -> LocalFiles.open(Path.of("/dev/zero")))
        .hasMessageContaining("is not a regular file");
    assertThatThrownBy(() -> LocalFiles.readSignature(files.resolve("app.aci.asc")))
        .hasMessage(
            "error opening signature file: open "
                + files.resolve("app.aci.asc")
                + ": no such file or directory");
    byte[] large = new byte[(1 << 20) + 1];
    Arrays.fill(large, (byte) 1);
    Files.write(file, large);
    assertThatThrownBy(() -> LocalFiles.readKey(file)).hasMessageContaining("is larger than");
  }

  @Test
  @Timeout(60)
  void neverWaitsForANameThatTurnsIntoAPipe(@TempDir Path files) throws Exception {
    Kernel kernel = Kernel.host();
    byte[] file = Kernel.path(Files.write(files.resolve("app.aci"), IMAGE).toString());
    byte[] pipe = Kernel.path(files.resolve("pipe").toString());
    kernel.mknodAt(Fd.AT_FDCWD, pipe, FileStatus.S_IFIFO | 0600, 0);
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Void> swapper =
        CompletableFuture.runAsync(
            () -> {
              while (!done.get()) {
                try {
                  kernel.renameAt(Fd.AT_FDCWD, file, Fd.AT_FDCWD, pipe, Open.RENAME_EXCHANGE);
                } catch (ErrnoException e) {
                  throw new UncheckedIOException(e);
                }
              }
            });
    int refused = 0;
    for (int i = 0; i < 5_000; i++) {
      try (FetchedAci aci = LocalFiles.open(files.resolve("app.aci"))) {
        assertThat(aci.size()).isEqualTo(IMAGE.length);
      } catch (FetchException e) {
        assertThat(e).hasMessageContaining("is not a regular file");
        refused++;
      }
    }
    done.set(true);
    swapper.get(10, TimeUnit.SECONDS);
    assertThat(refused).isBetween(1, 4_999);
  }
}
