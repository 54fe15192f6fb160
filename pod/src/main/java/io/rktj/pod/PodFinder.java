// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import io.rktj.PodException;
import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.spec.Uuid;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** Looks at pods without changing any: by uuid, by the beginning of one, or all. */
final class PodFinder {
  private static final PodDirectory[] ORDER = PodDirectory.values();

  private final Kernel kernel;
  private final PodPlaces places;

  PodFinder(Kernel kernel, PodPlaces places) {
    this.kernel = kernel;
    this.places = places;
  }

  /** The pods that users can name, those of prepare, prepared, run and exited-garbage, by uuid. */
  List<Pod> list() {
    List<Pod> found = new ArrayList<>();
    for (Map.Entry<String, PodDirectory> entry : addressable().entrySet()) {
      Optional<Pod> pod = lookFrom(entry.getValue(), entry.getKey());
      if (pod.isPresent() && isAddressable(pod.get().where())) {
        found.add(pod.get());
      }
    }
    return found;
  }

  /** The pods of one directory, by uuid. */
  List<Pod> list(PodDirectory directory) {
    List<Pod> found = new ArrayList<>();
    for (String uuid : places.names(directory)) {
      Optional<Pod> pod = lookFrom(directory, uuid);
      if (pod.isPresent() && pod.get().where() == directory) {
        found.add(pod.get());
      }
    }
    return found;
  }

  /** The pod whose uuid begins with what a user has typed ({@code spec/rkt-cli.md} 6.4). */
  Pod find(String prefix) {
    String wanted = prefix.toLowerCase(Locale.ROOT);
    if (wanted.isEmpty()) {
      throw unresolved("UUID cannot be empty");
    }
    List<String> matches = new ArrayList<>();
    if (PodPlaces.isUuid(wanted)) {
      matches.add(wanted);
    } else {
      for (String uuid : addressable().keySet()) {
        if (uuid.startsWith(wanted)) {
          matches.add(uuid);
        }
      }
    }
    if (matches.size() > 1) {
      throw unresolved("ambiguous uuid, " + matches.size() + " matches");
    }
    Optional<Pod> pod = matches.isEmpty() ? Optional.empty() : look(matches.get(0));
    if (pod.isEmpty() || !isAddressable(pod.get().where())) {
      throw unresolved("no matches found for \"" + wanted + "\"");
    }
    return pod.get();
  }

  /** One pass is enough: the pod only moves forward in the same order. */
  Optional<Pod> look(String uuid) {
    return lookFrom(ORDER[0], uuid);
  }

  /**
   * What {@code reading} finds of each pod that users can name, by uuid. Pods that are deleted
   * meanwhile are left out; why another could not be read goes to {@code problems}.
   */
  <T> List<T> readAll(Function<Pod, T> reading, Consumer<PodException> problems) {
    List<T> all = new ArrayList<>();
    for (Map.Entry<String, PodDirectory> entry : addressable().entrySet()) {
      try {
        Optional<Pod> pod = glance(entry.getValue(), entry.getKey());
        Optional<T> found = pod.isEmpty() ? Optional.empty() : read(pod.get(), reading);
        if (found.isPresent()) {
          all.add(found.get());
        }
      } catch (PodException e) {
        problems.accept(e);
      }
    }
    return all;
  }

  /**
   * The pod seen in {@code where}, or where it is by now. In the first case it may have moved on
   * between the look at its directory and that at its lock: for those who check afterwards.
   */
  private Optional<Pod> glance(PodDirectory where, String uuid) {
    try {
      Optional<Fd> directory = places.openIfThere(places.path(where, uuid));
      if (directory.isPresent()) {
        try (Fd open = directory.get()) {
          return Optional.of(pod(uuid, where, isLocked(open)));
        }
      }
    } catch (ErrnoException e) {
      throw new HostException("cannot look at pod \"" + uuid + "\"", e);
    }
    Optional<Pod> pod = lookFrom(where, uuid);
    return pod.isPresent() && isAddressable(pod.get().where()) ? pod : Optional.empty();
  }

  private Pod pod(String uuid, PodDirectory where, boolean locked) {
    return new Pod(Uuid.parse(uuid), where, where.state(locked), places.layout(where, uuid));
  }

  /** Looks for a pod that has been seen in {@code first}: it is there or further down by now. */
  private Optional<Pod> lookFrom(PodDirectory first, String uuid) {
    try {
      for (PodDirectory where : ORDER) {
        if (where.compareTo(first) < 0) {
          continue;
        }
        String path = places.path(where, uuid);
        Optional<Fd> directory = places.openIfThere(path);
        if (directory.isPresent()) {
          try (Fd open = directory.get()) {
            boolean locked = isLocked(open);
            // moved between open and lock: it is further down by now
            if (places.isAt(open.number(), path)) {
              return Optional.of(pod(uuid, where, locked));
            }
          }
        }
      }
      return Optional.empty();
    } catch (ErrnoException e) {
      throw new HostException("cannot look at pod \"" + uuid + "\"", e);
    }
  }

  /** By the same: where it still is afterwards, it has been all the time. */
  <T> Optional<T> read(Pod pod, Function<Pod, T> reading) {
    Optional<Pod> now = Optional.of(pod);
    while (now.isPresent()) {
      Pod there = now.get();
      try {
        T found = reading.apply(there);
        if (isWhereItWas(there)) {
          return Optional.of(found);
        }
      } catch (PodException e) {
        if (isWhereItWas(there)) {
          throw e;
        }
      }
      now = look(pod.uuid().toString());
    }
    return Optional.empty();
  }

  private boolean isWhereItWas(Pod pod) {
    try {
      return places.isThere(pod.layout().directory().toString());
    } catch (ErrnoException e) {
      throw new HostException("cannot look at pod \"" + pod.uuid() + "\"", e);
    }
  }

  private boolean isLocked(Fd directory) throws ErrnoException {
    try {
      kernel.flock(directory.number(), Open.LOCK_SH | Open.LOCK_NB);
      return false;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EAGAIN) {
        return true;
      }
      throw e;
    }
  }

  /** The uuids of the pods that users can name, each with the first directory it was seen in. */
  private SortedMap<String, PodDirectory> addressable() {
    SortedMap<String, PodDirectory> names = new TreeMap<>();
    for (PodDirectory directory : ORDER) {
      if (isAddressable(directory)) {
        for (String name : places.names(directory)) {
          names.putIfAbsent(name, directory);
        }
      }
    }
    return names;
  }

  private static boolean isAddressable(PodDirectory directory) {
    return directory != PodDirectory.EMBRYO && directory != PodDirectory.GARBAGE;
  }

  private static PodStateException unresolved(String reason) {
    return new PodStateException("unable to resolve UUID", new PodStateException(reason));
  }
}
