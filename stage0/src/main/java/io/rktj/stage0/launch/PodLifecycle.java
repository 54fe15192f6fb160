// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import io.rktj.PodException;
import io.rktj.linux.Kernel;
import io.rktj.linux.ProcessImage;
import io.rktj.pod.HostException;
import io.rktj.pod.IdRange;
import io.rktj.pod.LockedPod;
import io.rktj.pod.Pod;
import io.rktj.pod.PodDirectory;
import io.rktj.pod.PodState;
import io.rktj.pod.PodStateException;
import io.rktj.pod.PodStore;
import io.rktj.pod.StatusFiles;
import io.rktj.spec.AcName;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.spec.manifest.RuntimeApp;
import io.rktj.stage0.Diagnostics;
import io.rktj.stage0.metadata.MetadataAddress;
import io.rktj.stage0.prepare.PodUsers;
import io.rktj.stage1.Endpoint;
import io.rktj.stage1.Stage1;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.Stage1Pod;
import io.rktj.stage1.StandardStreams;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What can be done with pods that exist: stop, enter, mark, remove ({@code spec/rkt-cli.md}
 * sections 4.8 to 4.11). Each operation may be repeated, and any number of processes may do the
 * same at once: a pod that somebody else moved or removed meanwhile is left to him.
 */
public final class PodLifecycle {
  private final Kernel kernel;
  private final PodStore pods;
  private final Stage1Finder flavours;
  private final LeftoverMounts mounts;
  private final Diagnostics diagnostics;
  private final Caller caller;

  /** Works on the pods of {@code pods}. */
  public PodLifecycle(
      Kernel kernel, PodStore pods, Stage1Finder flavours, Diagnostics diagnostics, Caller caller) {
    this.kernel = kernel;
    this.pods = pods;
    this.flavours = flavours;
    this.diagnostics = diagnostics;
    this.caller = caller;
    mounts = new LeftoverMounts(kernel, Path.of("/proc/self/mountinfo"));
  }

  /**
   * Asks a running pod to end, or kills it; does not wait for that.
   *
   * @return false if it has ended by itself meanwhile
   */
  public boolean stop(Pod pod, boolean force) {
    try {
      stage1(pod).stop(stage1Pod(pod), force);
      return true;
    } catch (PodException e) {
      Optional<Pod> now = pods.look(pod.uuid());
      if (now.isPresent() && now.get().state() == PodState.RUNNING) {
        throw e;
      }
      return false;
    }
  }

  /**
   * The program to become so that {@code command} runs in the app {@code name} of a running pod.
   */
  public ProcessImage enter(Pod pod, String name, List<String> command) {
    if (pod.state() != PodState.RUNNING) {
      throw new PodStateException("pod \"" + pod.uuid() + "\" isn't currently running");
    }
    waitForProcess(pod);
    return stage1(pod).enter(stage1Pod(pod), name, command);
  }

  /** How the standard streams of an app of the pod are set up. */
  public StandardStreams streams(Pod pod, AcName app) {
    Optional<PodManifest> manifest = new PodReporter(kernel).manifest(pod);
    if (manifest.isPresent()) {
      Optional<RuntimeApp> found = manifest.get().app(app);
      if (found.isPresent()) {
        return StandardStreams.of(found.get().annotations());
      }
    }
    return StandardStreams.DEFAULT;
  }

  /** The program to become so that our standard streams are joined to those of an app. */
  public ProcessImage attach(
      Pod pod, AcName app, Set<Endpoint> endpoints, StandardStreams streams) {
    waitForProcess(pod);
    return stage1(pod).attach(stage1Pod(pod), app, endpoints, streams);
  }

  /** The program to become that prints an app's endpoints, if the manifest does not say them. */
  public Optional<ProcessImage> endpoints(Pod pod, AcName app) {
    waitForProcess(pod);
    return stage1(pod).endpoints(stage1Pod(pod), app);
  }

  /** Whether the pod ran in a virtual machine. */
  public boolean isMachine(Pod pod) {
    return stage1(pod).flavour().equals("kvm");
  }

  /** Whether something is mounted, on the host, at or below {@code directory}. */
  public boolean hasMounts(Path directory) {
    return !mounts.below(directory).isEmpty();
  }

  /** What the apps of a mutable pod are changed with. */
  public AppLifecycle apps(Pod pod) {
    return new AppLifecycle(kernel, pod, stage1(pod), stage1Pod(pod), diagnostics);
  }

  /**
   * The name of the app to work on: {@code wanted}, or the only one.
   *
   * @param command the command that asks, for the message
   */
  public String app(Pod pod, String wanted, String command) {
    Optional<PodManifest> manifest = new PodReporter(kernel).manifest(pod);
    List<String> names = new ArrayList<>();
    if (manifest.isPresent()) {
      for (RuntimeApp app : manifest.get().apps()) {
        names.add(app.name().value());
      }
    }
    if (!wanted.isEmpty() && names.contains(wanted)) {
      return wanted;
    }
    if (wanted.isEmpty() && names.size() == 1) {
      return names.get(0);
    }
    if (names.isEmpty()) {
      throw new PodStateException("pod \"" + pod.uuid() + "\" has no apps");
    }
    String found = String.join(", ", names);
    throw new PodStateException(
        wanted.isEmpty()
            ? "pod has several apps ("
                + found
                + "), specify app using \"rkt "
                + command
                + " --app= ...\""
            : "no app \"" + wanted + "\" in pod \"" + pod.uuid() + "\" (apps: " + found + ")");
  }

  /** Waits until the pod's process is known; it is a moment after the pod has started. */
  private void waitForProcess(Pod pod) {
    StatusFiles files = new StatusFiles(kernel, pod.layout());
    while (files.pid().isEmpty()) {
      Optional<Pod> now = pods.look(pod.uuid());
      if (now.isEmpty() || now.get().state() != PodState.RUNNING) {
        throw new PodStateException("pod \"" + pod.uuid() + "\" is not running anymore");
      }
      pause();
    }
  }

  /** Marks every exited pod for removal; returns those marked. */
  public List<Pod> markExited() {
    return mark(PodDirectory.RUN, PodState.EXITED, Duration.ZERO, Instant.MAX);
  }

  /** Marks every pod whose preparation ended half-way; returns those marked. */
  public List<Pod> markAborted() {
    return mark(PodDirectory.PREPARE, PodState.ABORTED_PREPARE, Duration.ZERO, Instant.MAX);
  }

  /** Marks every prepared pod that was not run for {@code age}; returns those marked. */
  public List<Pod> markExpired(Duration age, Instant now) {
    return mark(PodDirectory.PREPARED, PodState.PREPARED, age, now);
  }

  private List<Pod> mark(PodDirectory where, PodState state, Duration age, Instant now) {
    List<Pod> marked = new ArrayList<>();
    for (Pod pod : pods.list(where)) {
      try {
        if (pod.state() == state && isOlder(pod, age, now) && pods.markGarbage(pod).isPresent()) {
          marked.add(pod);
        }
      } catch (PodException e) {
        warn("cannot mark pod \"" + pod.uuid() + "\" as garbage", e);
      }
    }
    return marked;
  }

  /** Whether the pod came where it is at least {@code age} before {@code now}. */
  public boolean isOlder(Pod pod, Duration age, Instant now) {
    if (age.isZero()) {
      return true;
    }
    Optional<Instant> moved = new StatusFiles(kernel, pod.layout()).moved();
    return moved.isPresent() && !moved.get().plus(age).isAfter(now);
  }

  /**
   * Removes a pod that is marked, with all it holds on the host.
   *
   * @return false if somebody else is at it, or was
   */
  public boolean remove(Pod pod) {
    Optional<LockedPod> claimed = pods.claim(pod);
    if (claimed.isEmpty()) {
      return false;
    }
    try (LockedPod locked = claimed.get()) {
      if (isRegistered(pod)) {
        unregister(pod);
      }
      if (locked.where() == PodDirectory.EXITED_GARBAGE) {
        giveBack(pod);
      }
      try {
        mounts.remove(locked.layout().directory());
      } catch (HostException e) {
        throw new HostException("GC of leftover mounts for pod \"" + pod.uuid() + "\" failed", e);
      }
      IdRange users = IdRange.of(kernel, locked.layout());
      pods.delete(locked);
      if (!users.isNone()) {
        PodUsers.release(kernel, locked.layout(), users);
      }
    }
    return true;
  }

  /** Whether the metadata service may know the pod; if so, removing it needs an HTTP client. */
  public static boolean isRegistered(Pod pod) {
    return pod.layout().metadataRegistered().toFile().exists();
  }

  /** Takes the pod off the metadata service; its failure does not keep the pod. */
  private void unregister(Pod pod) {
    try {
      Path socket = MetadataAddress.socket(caller.variable(MetadataAddress.VARIABLE));
      new PodRegistration(kernel, socket).remove(pod.uuid());
    } catch (PodException e) {
      warn("warning: could not unregister pod with metadata service", e);
    }
  }

  /** Removes what never became a pod: unfinished ones, and those whose removal was cut short. */
  public void sweep() {
    for (PodDirectory where : List.of(PodDirectory.EMBRYO, PodDirectory.GARBAGE)) {
      for (Pod pod : pods.list(where)) {
        try {
          remove(pod);
        } catch (PodException e) {
          warn("cannot remove pod \"" + pod.uuid() + "\"", e);
        }
      }
    }
    PodUsers.sweep(kernel);
  }

  /** Runs the flavour's own clean-up; its failure does not keep the pod. */
  private void giveBack(Pod pod) {
    try {
      Optional<Stage1> stage1 = flavours.find(pod.layout());
      if (stage1.isPresent()) {
        stage1.get().gc(stage1Pod(pod), new Stage1Notices(diagnostics));
      }
    } catch (PodException e) {
      warn("problem performing stage1 GC on \"" + pod.uuid() + "\"", e);
    }
  }

  private Stage1 stage1(Pod pod) {
    Optional<Stage1> stage1 = flavours.find(pod.layout());
    if (stage1.isEmpty()) {
      throw new Stage1Exception("pod \"" + pod.uuid() + "\" has no stage1");
    }
    return stage1.get();
  }

  private Stage1Pod stage1Pod(Pod pod) {
    return new Stage1Pod(
        pod.uuid(), pod.layout(), caller.localConfig(), caller.debug(), caller.environment());
  }

  private void warn(String text, PodException reason) {
    diagnostics.warn("gc", text + ": " + reason.getMessage());
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException("interrupted", e);
    }
  }
}
