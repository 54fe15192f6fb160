// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.spec.AcName;
import io.rktj.spec.MalformedException;
import io.rktj.spec.manifest.Mount;
import io.rktj.spec.manifest.Volume;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code --volume}: {@code NAME,kind=host,source=PATH[,readOnly=B][,recursive=B]} or {@code
 * NAME,kind=empty[,mode=0755][,uid=0][,gid=0][,readOnly=B]} ({@code spec/rkt-cli.md} section 3.2,
 * {@code spec/appc.md} section 5).
 */
final class VolumeFlag {
  private static final List<String> KEYS =
      List.of("kind", "source", "readOnly", "recursive", "mode", "uid", "gid");

  private final Map<String, String> values;

  private VolumeFlag(Map<String, String> values) {
    this.values = values;
  }

  static Volume parse(String text) {
    try {
      return read(text);
    } catch (UsageException | MalformedException e) {
      throw new UsageException(
          "invalid value in --volume flag " + Quoted.of(text) + ": " + e.getMessage(), e);
    }
  }

  /** {@code --mnt-volume}: a volume of one app, with the place where it is seen. */
  static Mount parseMount(String text) {
    StringBuilder volume = new StringBuilder();
    String target = "";
    for (String piece : Words.split(text, ',')) {
      if (piece.startsWith("target=")) {
        target = piece.substring("target=".length());
      } else {
        volume.append(volume.length() == 0 ? "" : ",").append(piece);
      }
    }
    if (target.isEmpty()) {
      throw new UsageException(
          "invalid value in --mnt-volume flag " + Quoted.of(text) + ": missing target= parameter");
    }
    Volume parsed = parse(volume.toString());
    return new Mount(parsed.name(), target, Optional.of(parsed));
  }

  private static Volume read(String text) {
    List<String> pieces = Words.split(text, ',');
    AcName name = AcName.parse(pieces.get(0));
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 1; i < pieces.size(); i++) {
      String piece = pieces.get(i);
      int equals = piece.indexOf('=');
      if (equals < 0) {
        throw new UsageException(
            "malformed string " + Quoted.of(text) + " - has a label without a value: " + piece);
      }
      String key = piece.substring(0, equals);
      if (!KEYS.contains(key)) {
        throw new UsageException("unknown volume parameter " + Quoted.of(key));
      }
      String earlier = values.put(key, piece.substring(equals + 1));
      if (earlier != null) {
        throw new UsageException(
            "label " + key + " with multiple values [" + earlier + " " + values.get(key) + "]");
      }
    }
    return new VolumeFlag(values).volume(name);
  }

  private Volume volume(AcName name) {
    String kind = values.getOrDefault("kind", "");
    if (kind.equals("host")) {
      return host(name);
    }
    if (kind.equals("empty")) {
      return empty(name);
    }
    throw new UsageException("unrecognized volume kind: should be one of \"empty\", \"host\"");
  }

  private Volume host(AcName name) {
    String source = values.getOrDefault("source", "");
    if (source.isEmpty()) {
      throw new UsageException("source for host volume cannot be empty");
    }
    if (source.charAt(0) != '/') {
      throw new UsageException("source for host volume must be absolute path");
    }
    for (String key : List.of("mode", "uid", "gid")) {
      if (values.containsKey(key)) {
        throw new UsageException(key + " for host volume cannot be set");
      }
    }
    return new Volume(
        name,
        Volume.Kind.HOST,
        Optional.of(source),
        truth("readOnly"),
        truth("recursive"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private Volume empty(AcName name) {
    if (!values.getOrDefault("source", "").isEmpty()) {
      throw new UsageException("source for empty volume must be empty");
    }
    return new Volume(
        name,
        Volume.Kind.EMPTY,
        Optional.empty(),
        truth("readOnly"),
        truth("recursive"),
        Optional.of(mode()),
        Optional.of(id("uid")),
        Optional.of(id("gid")));
  }

  private Optional<Boolean> truth(String key) {
    String value = values.get(key);
    return value == null ? Optional.empty() : Optional.of(Flag.truth(value));
  }

  private String mode() {
    String mode = values.getOrDefault("mode", "0755");
    boolean octal = !mode.isEmpty() && mode.length() <= 5;
    for (int i = 0; i < mode.length(); i++) {
      octal &= mode.charAt(i) >= '0' && mode.charAt(i) <= '7';
    }
    if (!octal || Integer.parseInt(mode, 8) > 07777) {
      throw new UsageException("invalid mode " + Quoted.of(mode) + ": not an octal number");
    }
    return mode;
  }

  private int id(String key) {
    String value = values.getOrDefault(key, "0");
    long id = Flag.number(value);
    if (id < 0 || id > Integer.MAX_VALUE) {
      throw new UsageException("invalid " + key + " " + Quoted.of(value));
    }
    return (int) id;
  }
}
