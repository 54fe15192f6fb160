// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.api;

import io.rktj.PodException;
import io.rktj.linux.Kernel;
import io.rktj.pod.Pod;
import io.rktj.pod.PodDirectory;
import io.rktj.pod.PodStore;
import io.rktj.spec.ImageId;
import io.rktj.spec.Uuid;
import io.rktj.stage0.launch.PodReporter;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.store.StoredImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import rkt.v1alpha.Event;
import rkt.v1alpha.EventType;

/**
 * Finds out what happens to pods and images. The kernel tells when a directory of pods or images
 * changes; the end of a pod changes none, it is only a lock that is not held any more, so the pods
 * that run are looked at twice a second. One thread, its own.
 */
final class HostWatch {
  private static final long LOOK_MILLIS = 500;

  private final Kernel kernel;
  private final Path data;
  private final EventLog log;
  private final PodStore pods;
  private final Map<String, PodTrace> traces = new HashMap<>();
  private final Map<ImageId, String> images = new HashMap<>();
  private final Map<Path, WatchKey> watched = new HashMap<>();

  HostWatch(Kernel kernel, Path data, EventLog log) {
    this.kernel = kernel;
    this.data = data;
    this.log = log;
    pods = new PodStore(kernel, data);
  }

  /** Looks at the host as it is, and then goes on looking. */
  void start() {
    lookAtAll();
    Thread thread = new Thread(this::run, "host-watch");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try (WatchService service = data.getFileSystem().newWatchService()) {
      while (true) {
        boolean more = watch(service);
        WatchKey changed = service.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        boolean all = more || changed != null;
        while (changed != null) {
          changed.pollEvents();
          if (!changed.reset()) {
            watched.values().remove(changed);
          }
          changed = service.poll();
        }
        List<Event> events = all ? lookAtAll() : lookAtRunning();
        if (!events.isEmpty()) {
          log.add(events);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("the kernel tells nothing of directories", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Has the kernel watch directories that have come; whether there were any. */
  private boolean watch(WatchService service) {
    List<Path> wanted = new ArrayList<>();
    wanted.add(ImageStore.records(data));
    for (PodDirectory directory : PodDirectory.values()) {
      wanted.add(data.resolve("pods").resolve(directory.directoryName()));
    }
    boolean more = false;
    for (Path directory : wanted) {
      more |= !watched.containsKey(directory) && watch(service, directory);
    }
    return more;
  }

  private boolean watch(WatchService service, Path directory) {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try {
      WatchKey key =
          directory.register(
              service, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE);
      watched.put(directory, key);
      return true;
    } catch (IOException e) {
      return false; // gone again, or not for us to read
    }
  }

  private List<Event> lookAtAll() {
    long now = Instant.now().getEpochSecond();
    List<Event> events = new ArrayList<>();
    lookAtImages(events, now);
    Set<String> seen = new HashSet<>();
    List<Pod> all = new ArrayList<>();
    try {
      all.addAll(pods.list());
      all.addAll(pods.list(PodDirectory.GARBAGE));
    } catch (PodException e) {
      return events; // whoever was not seen need not be gone
    }
    for (Pod pod : all) {
      String id = pod.uuid().toString();
      seen.add(id);
      advance(pod, traces.computeIfAbsent(id, PodTrace::new), events, now);
    }
    for (Map.Entry<String, PodTrace> trace : List.copyOf(traces.entrySet())) {
      if (!seen.contains(trace.getKey())) {
        events.addAll(trace.getValue().vanish(now));
      }
    }
    traces.keySet().retainAll(seen);
    return events;
  }

  private List<Event> lookAtRunning() {
    long now = Instant.now().getEpochSecond();
    List<Event> events = new ArrayList<>();
    for (Map.Entry<String, PodTrace> trace : List.copyOf(traces.entrySet())) {
      if (trace.getValue().isRunning()) {
        Optional<Pod> pod = look(trace.getKey());
        if (pod.isPresent()) {
          advance(pod.get(), trace.getValue(), events, now);
        }
      }
    }
    return events;
  }

  private Optional<Pod> look(String id) {
    try {
      return pods.look(Uuid.parse(id));
    } catch (PodException e) {
      return Optional.empty(); // the next look sees it
    }
  }

  private void advance(Pod pod, PodTrace trace, List<Event> events, long now) {
    try {
      pods.read(pod, new PodReporter(kernel)::report)
          .ifPresent(report -> events.addAll(trace.advance(report, now)));
    } catch (PodException e) {
      return; // half-way through a change: the next look sees it
    }
  }

  private void lookAtImages(List<Event> events, long now) {
    try {
      Optional<ImageStore> store = ImageAnswers.store(kernel, data);
      if (store.isPresent()) {
        compare(store.get(), events, now);
      }
    } catch (PodException e) {
      return; // half-way through a change, or not for us to read
    }
  }

  private void compare(ImageStore store, List<Event> events, long now) {
    Set<ImageId> present = new HashSet<>(store.idsWithPrefix(""));
    for (ImageId id : present) {
      if (!images.containsKey(id)) {
        Optional<StoredImage> image = store.byId(id);
        if (image.isPresent()) {
          images.put(id, image.get().name().value());
          events.add(image(EventType.EVENT_TYPE_IMAGE_IMPORTED, id, now));
        }
      }
    }
    for (ImageId id : List.copyOf(images.keySet())) {
      if (!present.contains(id)) {
        events.add(image(EventType.EVENT_TYPE_IMAGE_REMOVED, id, now));
        images.remove(id);
      }
    }
  }

  private Event image(EventType type, ImageId id, long now) {
    return Event.newBuilder()
        .setType(type)
        .setId(id.toString())
        .setFrom(images.getOrDefault(id, ""))
        .setTime(now)
        .build();
  }
}
