// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.api;

import com.google.protobuf.ByteString;
import io.rktj.PodException;
import io.rktj.linux.Kernel;
import io.rktj.pod.PodStore;
import io.rktj.pod.StatusFiles;
import io.rktj.spec.Uuid;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.stage0.launch.AppReport;
import io.rktj.stage0.launch.NetworkReport;
import io.rktj.stage0.launch.PodReport;
import io.rktj.stage0.launch.PodReporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import rkt.v1alpha.App;
import rkt.v1alpha.AppState;
import rkt.v1alpha.Image;
import rkt.v1alpha.ListPodsRequest;
import rkt.v1alpha.ListPodsResponse;
import rkt.v1alpha.Network;
import rkt.v1alpha.Pod;
import rkt.v1alpha.PodState;

/** What pods there are, as the interface tells it. Thread-safe. */
final class PodAnswers {
  private static final int UNKNOWN = -1;

  private final Kernel kernel;
  private final Path data;

  PodAnswers(Kernel kernel, Path data) {
    this.kernel = kernel;
    this.data = data;
  }

  ListPodsResponse list(ListPodsRequest request) {
    ListPodsResponse.Builder response = ListPodsResponse.newBuilder();
    for (io.rktj.pod.Pod found : new PodStore(kernel, data).list()) {
      Optional<Pod> told = tell(found, request.getDetail());
      if (told.isPresent() && PodFilters.accept(told.get(), request.getFiltersList())) {
        Pod pod = told.get();
        response.addPods(request.getDetail() ? pod : pod.toBuilder().clearManifest().build());
      }
    }
    return response.build();
  }

  private Optional<Pod> tell(io.rktj.pod.Pod found, boolean detail) {
    try {
      return new PodStore(kernel, data).read(found, there -> pod(there, detail));
    } catch (PodException e) {
      return Optional.empty(); // removed while we looked, or damaged: not told, as in rkt
    }
  }

  /** Everything about one pod. */
  Pod inspect(String id) {
    Optional<Pod> pod =
        new PodStore(kernel, data).read(find(kernel, data, id), there -> pod(there, true));
    if (pod.isEmpty()) {
      throw new PublicApi.NotFound("no pod \"" + id + "\"");
    }
    return pod.get();
  }

  /** The pod with exactly this identity. */
  static io.rktj.pod.Pod find(Kernel kernel, Path data, String id) {
    Optional<io.rktj.pod.Pod> pod = new PodStore(kernel, data).look(Uuid.parse(id));
    if (pod.isEmpty()) {
      throw new PublicApi.NotFound("no pod \"" + id + "\"");
    }
    return pod.get();
  }

  private Pod pod(io.rktj.pod.Pod found, boolean detail) {
    StatusFiles files = new StatusFiles(kernel, found.layout());
    Pod.Builder pod =
        Pod.newBuilder()
            .setId(found.uuid().toString())
            .setPid(UNKNOWN)
            .setState(state(found.state()))
            .setCreatedAt(nanos(files.created()));
    switch (found.state()) {
      case EMBRYO, PREPARING, ABORTED_PREPARE -> {
        return pod.build();
      }
      case EXITED_GARBAGE, GARBAGE -> pod.setGcMarkedAt(nanos(files.moved()));
      default -> {}
    }
    PodReporter reporter = new PodReporter(kernel);
    Optional<PodManifest> manifest = reporter.manifest(found);
    PodReport report = reporter.report(found);
    pod.setPid(report.pid().orElse(UNKNOWN)).setStartedAt(nanos(report.started()));
    if (found.state() == io.rktj.pod.PodState.RUNNING) {
      pod.setCgroup(cgroup(found));
      report.networks().forEach(network -> pod.addNetworks(network(network)));
    }
    for (AppReport app : report.apps()) {
      pod.addApps(app(app, found.state(), detail));
    }
    if (manifest.isPresent()) {
      pod.setManifest(ByteString.copyFrom(read(found.layout().manifest())));
      pod.addAllAnnotations(KeyValues.of(manifest.get().annotations()));
    }
    return pod.build();
  }

  private static App app(AppReport report, io.rktj.pod.PodState pod, boolean detail) {
    Image.Builder image =
        Image.newBuilder()
            .setBaseFormat(ImageAnswers.format())
            .setId(report.app().image().id().toString());
    App.Builder app =
        App.newBuilder()
            .setName(report.app().name().value())
            .addAllAnnotations(KeyValues.of(report.app().annotations()));
    if (detail) {
      report.app().image().name().ifPresent(name -> image.setName(name.value()));
      image.setVersion(report.app().image().labels().value("version").orElse("latest"));
      app.setState(state(report, pod)).setExitCode(report.exitStatus().orElse(UNKNOWN));
    }
    return app.setImage(image).build();
  }

  private static AppState state(AppReport app, io.rktj.pod.PodState pod) {
    if (app.exitStatus().isPresent()) {
      return AppState.APP_STATE_EXITED;
    }
    return pod == io.rktj.pod.PodState.RUNNING && app.started().isPresent()
        ? AppState.APP_STATE_RUNNING
        : AppState.APP_STATE_UNDEFINED;
  }

  private static Network network(NetworkReport network) {
    return Network.newBuilder().setName(network.netName()).setIpv4(network.ip()).build();
  }

  /** rkt's states have no word for a pod that has run and is being removed. */
  private static PodState state(io.rktj.pod.PodState state) {
    return switch (state) {
      case EMBRYO -> PodState.POD_STATE_EMBRYO;
      case PREPARING -> PodState.POD_STATE_PREPARING;
      case ABORTED_PREPARE -> PodState.POD_STATE_ABORTED_PREPARE;
      case PREPARED -> PodState.POD_STATE_PREPARED;
      case RUNNING -> PodState.POD_STATE_RUNNING;
      case EXITED -> PodState.POD_STATE_EXITED;
      case DELETING -> PodState.POD_STATE_DELETING;
      case EXITED_GARBAGE, GARBAGE -> PodState.POD_STATE_GARBAGE;
      case EXITED_DELETING -> PodState.POD_STATE_UNDEFINED;
    };
  }

  private static String cgroup(io.rktj.pod.Pod pod) {
    try {
      String path = Files.readString(pod.layout().subcgroup()).strip();
      return path.startsWith("/") ? path : "/" + path;
    } catch (IOException e) {
      return ""; // not written yet
    }
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      return new byte[0]; // removed since it was parsed
    }
  }

  private static long nanos(Optional<Instant> time) {
    return time.isEmpty() ? 0 : Duration.between(Instant.EPOCH, time.get()).toNanos();
  }
}
