// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.AcName;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Parameters;
import java.util.Map;
import java.util.Optional;

/** A volume as a command line writes it. */
final class VolumeText {
  private String kind = "";
  private Optional<String> source = Optional.empty();
  private Optional<Boolean> readOnly = Optional.empty();
  private Optional<Boolean> recursive = Optional.empty();
  private Optional<String> mode = Optional.empty();
  private Optional<Integer> uid = Optional.empty();
  private Optional<Integer> gid = Optional.empty();

  private VolumeText() {}

  static Volume parse(Parameters parameters) {
    AcName name = AcName.parse(parameters.name());
    VolumeText text = new VolumeText();
    for (Map.Entry<String, String> entry : parameters.values().entrySet()) {
      text.set(entry.getKey(), entry.getValue());
    }
    return new Volume(
        name,
        Volume.Kind.parse(text.kind),
        text.source,
        text.readOnly,
        text.recursive,
        text.mode,
        text.uid,
        text.gid);
  }

  private void set(String key, String value) {
    switch (key) {
      case "kind" -> kind = value;
      case "source" -> source = Optional.of(value);
      case "readOnly" -> readOnly = Optional.of(Parameters.bool(value));
      case "recursive" -> recursive = Optional.of(Parameters.bool(value));
      case "mode" -> mode = Optional.of(value);
      case "uid" -> uid = Optional.of(Parameters.integer("uid", value, Integer.MAX_VALUE));
      case "gid" -> gid = Optional.of(Parameters.integer("gid", value, Integer.MAX_VALUE));
      default -> throw new MalformedException("unknown volume parameter \"" + key + "\"");
    }
  }
}
