// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.spec.json.JsonWriter;
import io.rktj.stage0.store.StoredImage;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The table of {@code rkt image list} ({@code spec/rkt-cli.md} section 4.17). */
final class ImageTable {
  private static final int SHORT_ID = "sha512-".length() + 12;
  private static final List<String> FIELDS =
      List.of("id", "name", "size", "importtime", "lastused");
  private static final List<String> SORTABLE = FIELDS.subList(1, FIELDS.size());
  private static final List<String> LEGENDS =
      List.of("ID", "NAME", "SIZE", "IMPORT TIME", "LAST USED");

  /**
   * One image of the list.
   *
   * @param size bytes of its tar and of what was rendered from it
   */
  record Listed(StoredImage image, long size) {
    String name() {
      return image.nameWithVersion();
    }
  }

  private final List<String> fields;
  private final boolean full;
  private final long nowMillis;
  private final ZoneId zone;
  private final TabColumns columns = new TabColumns();

  ImageTable(List<String> fields, boolean full, long nowMillis, ZoneId zone) {
    this.fields = fields;
    this.full = full;
    this.nowMillis = nowMillis;
    this.zone = zone;
  }

  /** Reads {@code --fields}; case does not matter. */
  static List<String> fields(String text) {
    return options(text, FIELDS);
  }

  /** The order that {@code --sort} and {@code --order} ask for. */
  static Comparator<Listed> order(String sort, String order) {
    List<String> words = options(sort, SORTABLE);
    Comparator<Listed> comparator = by(words.get(0));
    for (String word : words.subList(1, words.size())) {
      comparator = comparator.thenComparing(by(word));
    }
    String direction = options(order, List.of("asc", "desc")).get(0);
    return direction.equals("asc") ? comparator : comparator.reversed();
  }

  private static List<String> options(String text, List<String> known) {
    List<String> words = Words.split(text.toLowerCase(Locale.ROOT), ',');
    for (int i = 0; i < words.size(); i++) {
      if (!known.contains(words.get(i))) {
        throw new UsageException("unknown option " + Quoted.of(words.get(i)));
      }
      if (words.indexOf(words.get(i)) < i) {
        throw new UsageException("duplicated option " + Quoted.of(words.get(i)));
      }
    }
    return words;
  }

  private static Comparator<Listed> by(String field) {
    return switch (field) {
      case "name" -> Comparator.comparing(Listed::name);
      case "size" -> Comparator.comparingLong(Listed::size);
      case "lastused" -> Comparator.comparingLong(listed -> listed.image().lastUsedMillis());
      default -> Comparator.comparingLong(listed -> listed.image().importedMillis());
    };
  }

  /** Adds the line of headings. */
  void legend() {
    List<String> cells = new ArrayList<>();
    for (String field : fields) {
      cells.add(LEGENDS.get(FIELDS.indexOf(field)));
    }
    columns.row(cells);
  }

  /** Adds one image. */
  void add(Listed listed) {
    List<String> cells = new ArrayList<>();
    for (String field : fields) {
      cells.add(cell(listed, field));
    }
    columns.row(cells);
  }

  String render() {
    return columns.render();
  }

  private String cell(Listed listed, String field) {
    StoredImage image = listed.image();
    String id = image.id().toString();
    return switch (field) {
      case "id" -> full ? id : id.substring(0, SHORT_ID);
      case "name" -> image.nameWithVersion();
      case "size" -> full ? Long.toString(listed.size()) : HumanText.size(listed.size());
      case "importtime" -> time(image.importedMillis());
      default -> time(image.lastUsedMillis());
    };
  }

  private String time(long millis) {
    return full ? HumanText.absolute(millis, zone) : HumanText.ago(millis, nowMillis);
  }

  /** The images as JSON, {@code null} if there is none; times in nanoseconds since the epoch. */
  static String json(List<Listed> images, JsonForm form) {
    JsonWriter json = form.writer();
    if (images.isEmpty()) {
      return json.nothing().finish();
    }
    json.beginArray();
    for (Listed listed : images) {
      StoredImage image = listed.image();
      json.beginObject().name("id").text(image.id().toString());
      json.name("name").text(image.nameWithVersion());
      json.name("import_time").number(image.importedMillis() * 1_000_000L);
      json.name("last_used_time").number(image.lastUsedMillis() * 1_000_000L);
      json.name("size").number(listed.size());
      json.endObject();
    }
    return json.endArray().finish();
  }
}
