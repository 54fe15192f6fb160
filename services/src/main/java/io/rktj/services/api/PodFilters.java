// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.api;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import rkt.v1alpha.App;
import rkt.v1alpha.Network;
import rkt.v1alpha.Pod;
import rkt.v1alpha.PodFilter;

/**
 * Which pods a request means: those that any filter lets pass, and all if there is none. A filter
 * lets pass what meets all that is set in it.
 */
final class PodFilters {
  private PodFilters() {}

  static boolean accept(Pod pod, List<PodFilter> filters) {
    return filters.isEmpty() || filters.stream().anyMatch(filter -> accepts(filter, pod));
  }

  private static boolean accepts(PodFilter filter, Pod pod) {
    Set<String> apps = new HashSet<>();
    Set<String> images = new HashSet<>();
    for (App app : pod.getAppsList()) {
      apps.add(app.getName());
      images.add(app.getImage().getId());
    }
    List<String> networks = pod.getNetworksList().stream().map(Network::getName).toList();
    return oneOf(filter.getIdsList(), pod.getId())
        && oneOf(filter.getStatesList(), pod.getState())
        && oneOf(filter.getCgroupsList(), pod.getCgroup())
        && apps.containsAll(filter.getAppNamesList())
        && images.containsAll(filter.getImageIdsList())
        && networks.containsAll(filter.getNetworkNamesList())
        && pod.getAnnotationsList().containsAll(filter.getAnnotationsList())
        && holdsOneOf(pod.getCgroup(), filter.getPodSubCgroupsList());
  }

  /** Whether {@code value} is among {@code wanted}, or nothing is wanted. */
  static <T> boolean oneOf(Collection<T> wanted, T value) {
    return wanted.isEmpty() || wanted.contains(value);
  }

  private static boolean holdsOneOf(String cgroup, List<String> groups) {
    return groups.isEmpty()
        || (!cgroup.isEmpty()
            && groups.stream()
                .anyMatch(group -> group.equals(cgroup) || group.startsWith(cgroup + "/")));
  }
}
