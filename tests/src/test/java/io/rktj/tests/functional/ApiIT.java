// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rkt.v1alpha.App;
import rkt.v1alpha.AppState;
import rkt.v1alpha.Event;
import rkt.v1alpha.EventFilter;
import rkt.v1alpha.EventType;
import rkt.v1alpha.GetInfoRequest;
import rkt.v1alpha.GetLogsRequest;
import rkt.v1alpha.GetLogsResponse;
import rkt.v1alpha.Image;
import rkt.v1alpha.ImageFilter;
import rkt.v1alpha.Info;
import rkt.v1alpha.InspectImageRequest;
import rkt.v1alpha.InspectPodRequest;
import rkt.v1alpha.KeyValue;
import rkt.v1alpha.ListImagesRequest;
import rkt.v1alpha.ListPodsRequest;
import rkt.v1alpha.ListenEventsRequest;
import rkt.v1alpha.ListenEventsResponse;
import rkt.v1alpha.Pod;
import rkt.v1alpha.PodFilter;
import rkt.v1alpha.PodState;
import rkt.v1alpha.PublicAPIGrpc;
import rkt.v1alpha.PublicAPIGrpc.PublicAPIBlockingStub;

/** {@code rkt api-service}, asked as a program written for rkt asks: by gRPC, on a socket. */
@Needs(Requirement.PODS)
class ApiIT {
  private static final EventLoopGroup LOOP =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  @TempDir static Path temp;
  private static RktRunner rkt;
  private static RktProcess service;
  private static ManagedChannel channel;
  private static Path web;
  private static Path store;

  @BeforeAll
  static void serve() {
    rkt = RktRunner.in(temp);
    Path socket = temp.resolve("api.sock");
    service = rkt.start("api-service", "--listen=unix:" + socket);
    service.awaitStderr("API service running", 90);
    channel = channel(socket);
    web =
        TestImage.named("example.com/web/front")
            .version("1.2")
            .script("echo one; echo two >&2; echo three")
            .manifest("\"annotations\":[{\"name\":\"tier\",\"value\":\"front\"}]")
            .write(temp.resolve("images"));
    store =
        TestImage.named("example.org/store")
            .script("echo begin; read line; echo end $line")
            .write(temp.resolve("images"));
    fetch(web);
    fetch(store);
  }

  @AfterAll
  static void endService() throws InterruptedException {
    channel.shutdownNow().awaitTermination(20, TimeUnit.SECONDS);
    service.signal(15);
    service.await(30).exits(0).isTidy().stderrHas("api-service: API service exiting...");
    assertThat(temp.resolve("api.sock")).doesNotExist();
  }

  private static ManagedChannel channel(Path socket) {
    return NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
        .eventLoopGroup(LOOP)
        .channelType(NioDomainSocketChannel.class)
        .overrideAuthority("localhost")
        .usePlaintext()
        .build();
  }

  private static PublicAPIBlockingStub api() {
    return PublicAPIGrpc.newBlockingStub(channel).withDeadlineAfter(90, TimeUnit.SECONDS);
  }

  private static String fetch(Path aci) {
    return rkt.run("--insecure-options=image", "fetch", "--full", aci.toString())
        .exits(0)
        .stdout()
        .strip();
  }

  private static List<String> names(ImageFilter.Builder... filters) {
    ListImagesRequest.Builder request = ListImagesRequest.newBuilder();
    for (ImageFilter.Builder filter : filters) {
      request.addFilters(filter);
    }
    return api().listImages(request.build()).getImagesList().stream()
        .map(Image::getName)
        .filter(name -> name.equals("example.com/web/front") || name.equals("example.org/store"))
        .sorted()
        .toList();
  }

  private static KeyValue pair(String name, String value) {
    return KeyValue.newBuilder().setKey(name).setValue(value).build();
  }

  @Test
  @Covers("cli-4.21-info")
  void infoIsOfThisRktAndItsFlags() {
    Info info = api().getInfo(GetInfoRequest.getDefaultInstance()).getInfo();

    assertThat(info.getApiVersion()).isEqualTo("1.0.0-alpha");
    assertThat(info.getAppcVersion()).isEqualTo("0.8.11");
    assertThat("rkt Version: " + info.getRktVersion())
        .isEqualTo(rkt.run("version").stdout().lines().findFirst().orElseThrow());
    assertThat(info.getGlobalFlags().getDir()).isEqualTo(rkt.data().toString());
    assertThat(info.getGlobalFlags().getLocalConfigDir()).isEqualTo(rkt.localConfig().toString());
    assertThat(info.getGlobalFlags().getInsecureFlags()).isEqualTo("none");
  }

  @Test
  @Covers("cli-4.21-images")
  void imagesAreFilteredAsRktDoes() {
    String front = "example.com/web/front";
    String other = "example.org/store";
    assertThat(names()).containsExactly(front, other);
    ImageFilter.Builder none = ImageFilter.newBuilder();
    Map<ImageFilter.Builder, List<String>> table =
        Map.ofEntries(
            Map.entry(none, List.of(front, other)),
            Map.entry(ImageFilter.newBuilder().addFullNames(front), List.of(front)),
            Map.entry(ImageFilter.newBuilder().addPrefixes("example.org/"), List.of(other)),
            Map.entry(ImageFilter.newBuilder().addBaseNames("front"), List.of(front)),
            Map.entry(ImageFilter.newBuilder().addBaseNames("web/front"), List.of()),
            Map.entry(ImageFilter.newBuilder().addKeywords("eb/f"), List.of(front)),
            Map.entry(ImageFilter.newBuilder().addLabels(pair("version", "1.2")), List.of(front)),
            Map.entry(
                ImageFilter.newBuilder().addAnnotations(pair("tier", "front")), List.of(front)),
            Map.entry(ImageFilter.newBuilder().addAnnotations(pair("tier", "back")), List.of()),
            Map.entry(
                ImageFilter.newBuilder().addKeywords("front").addPrefixes("example.org"),
                List.of()),
            Map.entry(ImageFilter.newBuilder().setImportedAfter(4_000_000_000L), List.of()),
            Map.entry(
                ImageFilter.newBuilder().setImportedBefore(4_000_000_000L), List.of(front, other)));
    table.forEach(
        (filter, expected) -> assertThat(names(filter)).as("%s", filter).isEqualTo(expected));
    assertThat(
            names(
                ImageFilter.newBuilder().addFullNames(front),
                ImageFilter.newBuilder().addFullNames(other)))
        .containsExactly(front, other);
  }

  @Test
  @Covers("cli-4.21-images")
  void imagesAreToldInDetailToThoseWhoAsk() {
    String id = fetch(web);
    ListImagesRequest.Builder request =
        ListImagesRequest.newBuilder().addFilters(ImageFilter.newBuilder().addIds(id));

    Image brief = api().listImages(request.build()).getImages(0);
    Image whole = api().listImages(request.setDetail(true).build()).getImages(0);

    assertThat(brief.getManifest().size()).isZero();
    assertThat(whole.getManifest().toStringUtf8()).contains("\"example.com/web/front\"");
    assertThat(whole.getVersion()).isEqualTo("1.2");
    assertThat(whole.getSize()).isPositive();
    assertThat(whole.getImportTimestamp()).isPositive();
    assertThat(inspectImage(id.substring(0, 30))).isEqualTo(whole);
    assertStatus(Status.Code.NOT_FOUND, () -> inspectImage("sha512-" + "0".repeat(20)));
    assertStatus(Status.Code.INVALID_ARGUMENT, () -> inspectImage("nonsense"));
  }

  private static Image inspectImage(String id) {
    return api().inspectImage(InspectImageRequest.newBuilder().setId(id).build()).getImage();
  }

  private static void assertStatus(Status.Code code, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(code));
  }

  private static Pod inspect(String uuid) {
    return api().inspectPod(InspectPodRequest.newBuilder().setId(uuid).build()).getPod();
  }

  private static List<String> pods(PodFilter.Builder filter) {
    ListPodsRequest request = ListPodsRequest.newBuilder().addFilters(filter).build();
    return api().listPods(request).getPodsList().stream().map(Pod::getId).toList();
  }

  @Test
  @Covers({"cli-4.21-pods", "cli-4.21-logs"})
  void podIsToldWhileItRunsAndAfterwardsWithWhatItsAppHasWritten() throws IOException {
    Path file = temp.resolve("uuid-store");
    RktProcess pod =
        rkt.start(
            "--insecure-options=image",
            "run",
            "--net=none",
            "--interactive",
            "--uuid-file-save=" + file,
            store.toString());
    rkt.run("status", "--wait-ready=90s", awaitUuid(file, pod)).exits(0);
    String uuid = Files.readString(file);

    Pod running = inspect(uuid);

    assertThat(running.getState()).isEqualTo(PodState.POD_STATE_RUNNING);
    assertThat(Files.exists(Path.of("/proc/" + running.getPid()))).isTrue();
    assertThat(running.getCgroup()).startsWith("/").contains(uuid.substring(0, 8));
    assertThat(running.getManifest().toStringUtf8()).contains("\"PodManifest\"");
    assertThat(running.getCreatedAt()).isPositive().isLessThanOrEqualTo(running.getStartedAt());
    App app = running.getApps(0);
    assertThat(app.getState()).isEqualTo(AppState.APP_STATE_RUNNING);
    assertThat(app.getExitCode()).isEqualTo(-1);
    assertThat(app.getImage().getName()).isEqualTo("example.org/store");
    assertThat(pods(PodFilter.newBuilder().addIds(uuid).addAppNames("store")))
        .containsExactly(uuid);
    assertThat(pods(PodFilter.newBuilder().addIds(uuid).addAppNames("other"))).isEmpty();
    assertThat(pods(PodFilter.newBuilder().addStates(PodState.POD_STATE_RUNNING))).contains(uuid);
    assertThat(pods(PodFilter.newBuilder().addImageIds(app.getImage().getId()))).contains(uuid);
    assertThat(pods(PodFilter.newBuilder().addCgroups(running.getCgroup()))).containsExactly(uuid);
    assertThat(pods(PodFilter.newBuilder().addPodSubCgroups(running.getCgroup() + "/store/x")))
        .containsExactly(uuid);
    assertThat(
            pods(
                PodFilter.newBuilder()
                    .addAnnotations(pair("coreos.com/rkt/stage1/mutable", "false"))))
        .contains(uuid);
    Pod brief =
        api()
            .listPods(
                ListPodsRequest.newBuilder()
                    .addFilters(PodFilter.newBuilder().addIds(uuid))
                    .build())
            .getPods(0);
    assertThat(brief.getManifest().size()).isZero();
    assertThat(brief.getApps(0).getState()).isEqualTo(AppState.APP_STATE_UNDEFINED);

    pod.process()
        .getOutputStream()
        .write("now\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    pod.process().getOutputStream().close();
    pod.await(60).exits(0);
    Pod exited = inspect(uuid);
    assertThat(exited.getState()).isEqualTo(PodState.POD_STATE_EXITED);
    assertThat(exited.getApps(0).getState()).isEqualTo(AppState.APP_STATE_EXITED);
    assertThat(exited.getApps(0).getExitCode()).isZero();
    assertThat(exited.getCgroup()).isEmpty();
    assertStatus(Status.Code.NOT_FOUND, () -> inspect("00000000-0000-4000-8000-000000000000"));
    assertStatus(Status.Code.INVALID_ARGUMENT, () -> inspect("nonsense"));
  }

  private static String awaitUuid(Path file, RktProcess pod) throws IOException {
    long deadline = System.nanoTime() + 90_000_000_000L;
    while (!Files.exists(file) || Files.size(file) == 0) {
      if (!pod.process().isAlive() || System.nanoTime() > deadline) {
        throw new AssertionError("no pod: " + pod.stderr());
      }
      Thread.onSpinWait();
    }
    return Files.readString(file);
  }

  private static List<String> logs(GetLogsRequest.Builder request) {
    List<String> lines = new ArrayList<>();
    api().getLogs(request.build()).forEachRemaining(r -> lines.addAll(r.getLinesList()));
    return lines;
  }

  @Test
  @Covers("cli-4.21-logs")
  void logsAreWhatAppsHaveWrittenAndWrite() throws IOException, InterruptedException {
    Path aci =
        TestImage.named("example.com/chat")
            .script("echo first; while [ ! -e /go/now ]; do sleep 0.1; done; echo second >&2")
            .app("\"mountPoints\":[{\"name\":\"go\",\"path\":\"/go\"}]")
            .write(temp.resolve("images"));
    Path go = Files.createDirectory(temp.resolve("go"));
    Path file = temp.resolve("uuid-chat");
    RktProcess pod =
        rkt.start(
            "--insecure-options=image",
            "run",
            "--net=none",
            "--volume=go,kind=host,source=" + go,
            "--uuid-file-save=" + file,
            aci.toString(),
            web.toString());
    pod.awaitStdout("first", 90);
    pod.awaitStdout("three", 90);
    String uuid = Files.readString(file);
    Iterator<GetLogsResponse> follow =
        api()
            .getLogs(
                GetLogsRequest.newBuilder()
                    .setPodId(uuid)
                    .setAppName("chat")
                    .setFollow(true)
                    .build());
    assertThat(follow.next().getLinesList())
        .singleElement()
        .asString()
        .matches("20[0-9-]+ [0-9:]+(\\.[0-9]+)? \\+0000 UTC first");
    assertThat(logs(GetLogsRequest.newBuilder().setPodId(uuid)))
        .extracting(line -> line.substring(line.indexOf("UTC ") + 4))
        .containsExactlyInAnyOrder("first", "one", "two", "three");
    Files.createFile(go.resolve("now"));
    assertThat(follow.next().getLines(0)).endsWith(" second");
    assertThat(follow.hasNext()).as("ends with the pod").isFalse();
    pod.await(60);

    assertThat(logs(GetLogsRequest.newBuilder().setPodId(uuid).setAppName("chat").setLines(1)))
        .singleElement()
        .asString()
        .endsWith(" second");
    assertThat(logs(GetLogsRequest.newBuilder().setPodId(uuid).setSinceTime(4_000_000_000L)))
        .isEmpty();
    assertThat(logs(GetLogsRequest.newBuilder().setPodId(uuid).setUntilTime(1))).isEmpty();
    assertStatus(
        Status.Code.NOT_FOUND,
        () -> logs(GetLogsRequest.newBuilder().setPodId(uuid).setAppName("nosuch")));
    assertStatus(
        Status.Code.INVALID_ARGUMENT,
        () -> logs(GetLogsRequest.newBuilder().setPodId(uuid).setLines(-1)));
  }

  /** Reads events until one of {@code last} has come for {@code id}. */
  private static List<String> until(
      Iterator<ListenEventsResponse> stream, String id, EventType last) {
    List<String> seen = new ArrayList<>();
    while (stream.hasNext()) {
      for (Event event : stream.next().getEventsList()) {
        if (event.getId().equals(id)) {
          StringBuilder text = new StringBuilder(event.getType().name().substring(11));
          text.append(' ').append(event.getFrom().equals(id) ? "" : event.getFrom());
          event
              .getDataList()
              .forEach(d -> text.append(' ').append(d.getKey()).append('=').append(d.getValue()));
          seen.add(text.toString().strip());
          if (event.getType() == last) {
            return seen;
          }
        }
      }
    }
    throw new AssertionError("the stream has ended after " + seen);
  }

  @Test
  @Covers("cli-4.21-events")
  void eventsTellTheLifeOfPodsAndImages() throws IOException {
    Iterator<ListenEventsResponse> events =
        api()
            .listenEvents(
                ListenEventsRequest.newBuilder()
                    .setFilter(EventFilter.newBuilder().setSinceTime(1))
                    .build());
    Path aci = TestImage.named("example.com/mayfly").script("exit 3").write(temp.resolve("images"));
    String image = fetch(aci);
    assertThat(until(events, image, EventType.EVENT_TYPE_IMAGE_IMPORTED))
        .containsExactly("IMAGE_IMPORTED example.com/mayfly");

    String uuid =
        rkt.run("--insecure-options=image", "prepare", aci.toString()).exits(0).stdout().strip();
    assertThat(until(events, uuid, EventType.EVENT_TYPE_POD_PREPARED))
        .containsExactly("POD_PREPARED");
    rkt.run("run-prepared", "--net=none", uuid).exits(3);
    assertThat(until(events, uuid, EventType.EVENT_TYPE_POD_EXITED))
        .containsExactly(
            "POD_STARTED", "APP_STARTED mayfly", "APP_EXITED mayfly exit_code=3", "POD_EXITED");

    Path file = temp.resolve("uuid-killed");
    Path sleeper =
        TestImage.named("example.com/sleeper")
            .exec("/bin/sleep", "600")
            .write(temp.resolve("images"));
    RktProcess pod =
        rkt.start(
            "--insecure-options=image",
            "run",
            "--net=none",
            "--uuid-file-save=" + file,
            sleeper.toString());
    String killed = awaitUuid(file, pod);
    assertThat(until(events, killed, EventType.EVENT_TYPE_APP_STARTED)).contains("POD_STARTED");
    pod.signal(9);
    pod.await(30);
    assertThat(until(events, killed, EventType.EVENT_TYPE_POD_EXITED)).contains("POD_EXITED");

    rkt.run("rm", uuid, killed).exits(0);
    assertThat(until(events, killed, EventType.EVENT_TYPE_POD_GARBAGE_COLLECTED))
        .containsExactly("POD_GARBAGE_COLLECTED");
    rkt.run("image", "rm", image).exits(0);
    assertThat(until(events, image, EventType.EVENT_TYPE_IMAGE_REMOVED))
        .containsExactly("IMAGE_REMOVED example.com/mayfly");

    EventFilter past =
        EventFilter.newBuilder()
            .setSinceTime(1)
            .setUntilTime(System.currentTimeMillis() / 1000)
            .addTypes(EventType.EVENT_TYPE_APP_EXITED)
            .addNames("mayfly")
            .addIds(uuid)
            .build();
    List<Event> found = new ArrayList<>();
    api()
        .listenEvents(ListenEventsRequest.newBuilder().setFilter(past).build())
        .forEachRemaining(r -> found.addAll(r.getEventsList()));
    assertThat(found).singleElement().satisfies(e -> assertThat(e.getId()).isEqualTo(uuid));
  }

  @Test
  @Covers({"cli-4.21-info", "cli-4.21-listen"})
  void listensOnAnAddressAndOnASocketOfSystemds() throws IOException, InterruptedException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    RktProcess tcp = rkt.start("api-service", "--listen=127.0.0.1:" + port);
    tcp.awaitStderr("API service running on /127.0.0.1:" + port, 90);
    ManagedChannel over = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    try {
      assertThat(version(over)).isEqualTo("1.0.0-alpha");
    } finally {
      over.shutdownNow().awaitTermination(20, TimeUnit.SECONDS);
      tcp.signal(15);
    }
    tcp.await(30).exits(0);

    Path given = temp.resolve("given.sock");
    RktRunner activated = RktRunner.in(temp).activatedBy(given);
    RktProcess process = activated.start("api-serv").awaitStderr("API service running", 90);
    ManagedChannel through = channel(given);
    try {
      assertThat(version(through)).isEqualTo("1.0.0-alpha");
    } finally {
      through.shutdownNow().awaitTermination(20, TimeUnit.SECONDS);
      process.signal(15);
    }
    process.await(30).exits(0);
    Files.delete(given);
    activated
        .run("api-service", "--listen=localhost:1")
        .exits(254)
        .isTidy()
        .stderrHas("api-service: --listen does not work with a socket of systemd's");
  }

  private static String version(ManagedChannel channel) {
    return PublicAPIGrpc.newBlockingStub(channel)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .getInfo(GetInfoRequest.getDefaultInstance())
        .getInfo()
        .getApiVersion();
  }

  @Test
  void wrongAddressesAreRefused() {
    for (String address : List.of("nonsense", "localhost:0", "localhost:x", "unix:relative")) {
      RktResult result = rkt.run("api-service", "--listen=" + address).exits(254).isTidy();
      assertThat(result.stderr()).contains("cannot listen on \"" + address + "\": ");
    }
    rkt.run("api-service", "x").exits(254).stderrHas("api-service: no arguments are wanted");
  }
}
