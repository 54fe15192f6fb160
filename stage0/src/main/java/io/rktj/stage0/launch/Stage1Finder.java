// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import io.rktj.pod.HostException;
import io.rktj.pod.PodLayout;
import io.rktj.stage1.Stage1;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** Which flavour a pod was started with; the pod remembers it. */
public interface Stage1Finder {
  /** By the link in the pod's directory. */
  Stage1Finder BUILT_IN =
      layout -> {
        try {
          String word = Files.readSymbolicLink(layout.flavour()).toString();
          return Optional.of(Flavour.ofWord(word).load());
        } catch (NoSuchFileException e) {
          return Optional.empty();
        } catch (IOException e) {
          throw new HostException("cannot read \"" + layout.flavour() + "\"", e);
        }
      };

  /** The flavour of the pod; empty if it was never given to one. */
  Optional<Stage1> find(PodLayout layout);
}
