// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.render;

import io.rktj.spec.MalformedException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The images of a tree by decreasing priority, as rkt flattens them ({@code spec/appc.md} section
 * 6): each dependency is put right behind its image, so later ones come first. An image may occur
 * twice; a cycle, or more than 256 dependencies, is refused.
 */
public record RenderPlan<I>(List<RenderLayer<I>> layers) {
  /** Most dependencies, counted as often as they occur. */
  public static final int MOST_DEPENDENCIES = 256;

  /** Copies its list. */
  public RenderPlan {
    layers = List.copyOf(layers);
  }

  /** The plan for {@code root} and all it depends on. */
  public static <I> RenderPlan<I> of(I root, ImageGraph<I> graph) {
    List<RenderLayer<I>> layers = new ArrayList<>();
    add(layers, root, graph, new ArrayList<>());
    return new RenderPlan<>(layers);
  }

  /** What decides, file by file, which layer gives it. */
  public FileSelection selection() {
    List<Set<String>> whitelists = new ArrayList<>();
    int[] levels = new int[layers.size()];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = layers.get(i).level();
      Set<String> paths = new HashSet<>();
      for (String path : layers.get(i).pathWhitelist()) {
        paths.add(EntryPath.ofWhitelist(path));
      }
      whitelists.add(paths);
    }
    return new FileSelection(whitelists, levels);
  }

  /** Inserting every dependency behind its image is to descend into the last one first. */
  private static <I> void add(
      List<RenderLayer<I>> layers, I image, ImageGraph<I> graph, List<I> ancestors) {
    if (ancestors.contains(image)) {
      throw new MalformedException("image \"" + image + "\" depends on itself");
    }
    if (layers.size() > MOST_DEPENDENCIES) {
      throw new MalformedException("image has more than " + MOST_DEPENDENCIES + " dependencies");
    }
    layers.add(new RenderLayer<>(image, ancestors.size(), graph.pathWhitelist(image)));
    ancestors.add(image);
    List<I> dependencies = graph.dependencies(image);
    for (int i = dependencies.size() - 1; i >= 0; i--) {
      add(layers, dependencies.get(i), graph, ancestors);
    }
    ancestors.remove(ancestors.size() - 1);
  }
}
