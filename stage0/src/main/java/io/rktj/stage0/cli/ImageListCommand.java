// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.spec.ImageId;
import io.rktj.stage0.store.ImageListing;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.store.StoredImage;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** {@code rkt image list} ({@code spec/rkt-cli.md} section 4.17). */
final class ImageListCommand implements CommandBody {
  /** Refuses wrong fields and orders at once. */
  @Override
  public void flag(Flag flag, String value) {
    switch (flag.name()) {
      case "fields" -> ImageTable.fields(value);
      case "sort" -> ImageTable.order(value, "asc");
      case "order" -> ImageTable.order("name", value);
      default -> {}
    }
  }

  @Override
  public int call(Invocation invocation) {
    FlagValues flags = invocation.flags();
    JsonForm form = JsonForm.of(flags);
    List<String> fields =
        ImageTable.fields(flags.text("fields", "id,name,size,importtime,lastused"));
    Comparator<ImageTable.Listed> order =
        ImageTable.order(flags.text("sort", "importtime"), flags.text("order", "asc"));
    Session session = Session.open(invocation);
    ImageStore store = session.images();
    Map<ImageId, Long> trees = session.trees(store).sizes();
    ImageListing listing = store.list();
    List<ImageTable.Listed> images = new ArrayList<>();
    for (StoredImage image : listing.images()) {
      images.add(new ImageTable.Listed(image, image.size() + trees.getOrDefault(image.id(), 0L)));
    }
    images.sort(order);
    if (form == JsonForm.NONE) {
      ImageTable table =
          new ImageTable(
              fields, flags.isOn("full"), System.currentTimeMillis(), ZoneId.systemDefault());
      if (!flags.isOn("no-legend")) {
        table.legend();
      }
      images.forEach(table::add);
      invocation.output().answerIfAny(table.render());
    } else {
      invocation.output().json(ImageTable.json(images, form));
    }
    invocation.listProblems("images", listing.problems());
    return ExitCode.DONE.status();
  }
}
