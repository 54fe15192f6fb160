// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.PodException;
import io.rktj.spec.ImageId;
import io.rktj.stage0.images.ImageLookup;
import io.rktj.stage0.store.ImageStore;

/**
 * {@code rkt image rm} ({@code spec/rkt-cli.md} section 4.17). As in rkt, a name that is unknown is
 * told and does not make the command fail; an image that cannot be removed does. What the store
 * knows of an image need not be readable for it to be removed.
 */
final class ImageRmCommand implements CommandBody {
  @Override
  public int call(Invocation invocation) {
    if (invocation.arguments().isEmpty()) {
      throw new UsageException("must provide at least one image ID");
    }
    ImageStore store = Session.open(invocation).images();
    int removed = 0;
    boolean failed = false;
    for (String name : invocation.arguments()) {
      ImageId image;
      try {
        image = new ImageLookup(store).findToRemove(name);
      } catch (PodException e) {
        invocation.complain(e);
        continue;
      }
      try {
        store.remove(image);
        removed++;
        invocation.output().answer("successfully removed aci for image: \"" + image + "\"");
      } catch (PodException e) {
        invocation.complain(e);
        failed = true;
      }
    }
    if (removed > 0) {
      invocation.say(removed + " image(s) successfully removed");
    }
    return (failed ? ExitCode.FAILED : ExitCode.DONE).status();
  }
}
