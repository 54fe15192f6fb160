// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.linux.SmallFiles;
import io.rktj.pod.HostException;
import io.rktj.pod.Pod;
import io.rktj.pod.PodDirectory;
import io.rktj.pod.PodState;
import io.rktj.pod.StatusFiles;
import io.rktj.spec.json.JsonCursor;
import io.rktj.spec.json.JsonReader;
import io.rktj.spec.json.PodManifestJson;
import io.rktj.spec.manifest.App;
import io.rktj.spec.manifest.Mount;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.spec.manifest.RuntimeApp;
import io.rktj.spec.manifest.Volume;
import io.rktj.stage1.Stage1Call;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads what a pod's files say of it ({@code spec/rkt-cli.md} sections 4.6 and 4.7). */
public final class PodReporter {
  private final Kernel kernel;

  /** Reads through {@code kernel}. */
  public PodReporter(Kernel kernel) {
    this.kernel = kernel;
  }

  /** The pod's manifest; empty if it has none yet. */
  public Optional<PodManifest> manifest(Pod pod) {
    Path file = pod.layout().manifest();
    Optional<byte[]> bytes = read(file);
    return bytes.isEmpty()
        ? Optional.empty()
        : Optional.of(PodManifestJson.read(bytes.get(), file.toString()));
  }

  /** All that is known of the pod. */
  public PodReport report(Pod pod) {
    StatusFiles files = new StatusFiles(kernel, pod.layout());
    Optional<PodManifest> manifest = manifest(pod);
    List<AppReport> apps = new ArrayList<>();
    if (manifest.isPresent()) {
      for (RuntimeApp app : manifest.get().apps()) {
        apps.add(app(pod, files, manifest.get(), app));
      }
    }
    boolean started = pod.state().hasStarted();
    return new PodReport(
        pod,
        files.created(),
        started ? files.started() : Optional.empty(),
        started ? pid(pod, files) : OptionalInt.empty(),
        started ? hypervisor(pod) : Optional.empty(),
        started ? networks(pod) : List.of(),
        apps,
        manifest.isPresent() ? manifest.get().userAnnotations() : Map.of(),
        manifest.isPresent() ? manifest.get().userLabels() : Map.of());
  }

  private Optional<String> hypervisor(Pod pod) {
    Optional<byte[]> word = read(pod.layout().hypervisor());
    return word.isEmpty()
        ? Optional.empty()
        : Optional.of(new String(word.get(), StandardCharsets.US_ASCII).strip());
  }

  /** The process to enter; of a pod that has ended, the number that its file still holds. */
  private OptionalInt pid(Pod pod, StatusFiles files) {
    if (pod.state() == PodState.RUNNING) {
      return files.pid();
    }
    Optional<byte[]> recorded = read(pod.layout().pid());
    if (recorded.isEmpty()) {
      recorded = read(pod.layout().ppid());
    }
    try {
      return recorded.isEmpty()
          ? OptionalInt.empty()
          : OptionalInt.of(
              Integer.parseInt(new String(recorded.get(), StandardCharsets.US_ASCII).strip()));
    } catch (NumberFormatException e) {
      return OptionalInt.empty(); // cut short by a crash
    }
  }

  private AppReport app(Pod pod, StatusFiles files, PodManifest manifest, RuntimeApp app) {
    OptionalInt exit =
        pod.state().hasStarted() ? files.exitStatus(app.name()) : OptionalInt.empty();
    boolean isMutable = Stage1Call.isMutable(manifest);
    Optional<Instant> started =
        isMutable
            ? files.appStarted(app.name())
            : pod.state().hasStarted() ? files.started() : Optional.empty();
    Optional<App> section = app.app();
    Optional<Instant> finished =
        exit.isPresent() || pod.state().hasExited() ? finished(pod, files, app) : Optional.empty();
    return new AppReport(
        app,
        isMutable && started.isEmpty() ? "created" : state(pod.state(), exit.isPresent()),
        isMutable ? files.appCreated(app.name()) : files.created(),
        started,
        finished,
        exit,
        mounts(manifest, app),
        section.isPresent() ? section.get().userAnnotations() : Map.of(),
        section.isPresent() ? section.get().userLabels() : Map.of());
  }

  private static String state(PodState pod, boolean hasStatus) {
    if (hasStatus || pod.hasExited()) {
      return "exited";
    }
    if (pod == PodState.RUNNING) {
      return "running";
    }
    return pod == PodState.EMBRYO || pod == PodState.PREPARING || pod == PodState.PREPARED
        ? "created"
        : "unknown";
  }

  /** When the app's status was written; of an app without one, when its pod was marked. */
  private static Optional<Instant> finished(Pod pod, StatusFiles files, RuntimeApp app) {
    Optional<Instant> written = files.appFinished(app.name());
    if (written.isPresent()) {
      return written;
    }
    return pod.where() == PodDirectory.EXITED_GARBAGE ? files.moved() : Optional.empty();
  }

  private static List<AppReport.AppMount> mounts(PodManifest manifest, RuntimeApp app) {
    List<AppReport.AppMount> mounts = new ArrayList<>();
    for (Mount mount : app.mounts()) {
      Optional<Volume> volume = mount.appVolume();
      for (Volume declared : manifest.volumes()) {
        if (volume.isEmpty() && declared.name().equals(mount.volume())) {
          volume = Optional.of(declared);
        }
      }
      if (volume.isPresent()) {
        mounts.add(new AppReport.AppMount(mount.volume().value(), mount.path(), volume.get()));
      }
    }
    return mounts;
  }

  private List<NetworkReport> networks(Pod pod) {
    List<NetworkReport> networks = new ArrayList<>();
    Path file = pod.layout().netInfo();
    Optional<byte[]> bytes = read(file);
    if (bytes.isEmpty() || bytes.get().length == 0) {
      return networks;
    }
    JsonCursor document = JsonCursor.parse(bytes.get(), file.toString());
    if (document.isNull()) {
      return networks;
    }
    for (JsonCursor network : document.list()) {
      networks.add(
          new NetworkReport(
              network.optionalText("netName").orElse(""),
              network.optionalText("netConf").orElse(""),
              network.optionalText("pluginPath").orElse(""),
              network.optionalText("ifName").orElse(""),
              network.optionalText("ip").orElse(""),
              network.optionalText("args").orElse(""),
              network.optionalText("mask").orElse("")));
    }
    return networks;
  }

  private Optional<byte[]> read(Path file) {
    try {
      return Optional.of(SmallFiles.read(kernel, file.toString(), JsonReader.MAX_DOCUMENT));
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
        return Optional.empty();
      }
      throw new HostException("cannot read \"" + file + "\"", e);
    }
  }
}
