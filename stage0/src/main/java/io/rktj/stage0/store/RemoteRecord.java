// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.spec.ImageId;
import io.rktj.spec.json.JsonCursor;
import io.rktj.spec.json.JsonWriter;
import io.rktj.stage0.fetch.Freshness;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Which image a place (a URL, or the absolute path of a file) held when it was last read. One file
 * for each place, replaced whole by whoever holds the commit lock:
 *
 * <pre>
 * {"version":1,"place":"https://example.com/app.aci","id":"sha512-ab...",
 *  "etag":"\"x\"","maxAge":60,"downloaded":1700000000}
 * </pre>
 *
 * <p>A row counts only as long as its image has a record.
 *
 * @param freshness what the server said; absent for files
 */
public record RemoteRecord(String place, ImageId id, Optional<Freshness> freshness) {
  private static final String PLAIN = "-._~:@=,";
  private static final int LONGEST_PLAIN_NAME = 200;

  /** The file that remembers {@code place}: readable if that fits, otherwise a hash. */
  static String fileName(String place) {
    StringBuilder name = new StringBuilder(place.length() + 16);
    for (byte value : place.getBytes(UTF_8)) {
      char c = (char) (value & 0xff);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (c == '/') {
        name.append('+');
      } else if (letter || PLAIN.indexOf(c) >= 0) {
        name.append(c);
      } else {
        name.append('%');
        name.append(Character.forDigit(c >> 4, 16));
        name.append(Character.forDigit(c & 15, 16));
      }
    }
    return name.length() > LONGEST_PLAIN_NAME ? "sha512-" + hash(place) : name.toString();
  }

  private static String hash(String place) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-512").digest(place.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JVM has it
    }
  }

  byte[] toJson() {
    JsonWriter json = JsonWriter.compact().beginObject();
    json.member("version", 1).member("place", place).member("id", id.toString());
    if (freshness.isPresent()) {
      writeFreshness(json, freshness.get());
    }
    return json.endObject().finish().getBytes(UTF_8);
  }

  static RemoteRecord parse(byte[] document, String subject) {
    JsonCursor json = JsonCursor.parse(document, subject);
    json.member("version").integer(1, 1);
    return new RemoteRecord(
        json.text("place"), ImageId.parse(json.text("id")), readFreshness(json));
  }

  static void writeFreshness(JsonWriter json, Freshness freshness) {
    if (freshness.etag().isPresent()) {
      json.member("etag", freshness.etag().get());
    }
    json.member("maxAge", freshness.maxAgeSeconds());
    json.member("downloaded", freshness.downloaded().getEpochSecond());
  }

  static Optional<Freshness> readFreshness(JsonCursor json) {
    Optional<JsonCursor> downloaded = json.optionalMember("downloaded");
    if (downloaded.isEmpty()) {
      return Optional.empty();
    }
    long maxAge = json.member("maxAge").integer(Long.MIN_VALUE, Long.MAX_VALUE);
    long seconds = downloaded.get().integer(0, Integer.MAX_VALUE * 1000L);
    return Optional.of(
        new Freshness(json.optionalText("etag"), maxAge, Instant.ofEpochSecond(seconds)));
  }
}
