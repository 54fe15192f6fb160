// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.AcName;
import io.rktj.spec.HostText;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Parameters;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** A volume seen at a path of an app. */
public record Mount(AcName volume, String path, Optional<Volume> appVolume) {
  /** Checks the path. */
  public Mount {
    if (path.isEmpty()) {
      throw new MalformedException("path must be set");
    }
    HostText.requirePrintable("path", path);
  }

  /**
   * Reads the value of {@code --mount}: {@code volume=NAME,target=PATH}. As in rkt it is a query
   * string, so {@code +} is a space and {@code %} begins an escape; {@code ;} is refused.
   */
  public static Mount parse(String text) {
    if (text.indexOf(';') >= 0) {
      throw new MalformedException("invalid semicolon separator in query");
    }
    Optional<AcName> volume = Optional.empty();
    String path = "";
    for (Map.Entry<String, String> entry :
        Parameters.pairs(Parameters.split(text, ',')).entrySet()) {
      String value = unescape(entry.getValue());
      switch (entry.getKey()) {
        case "volume" -> volume = Optional.of(volumeName(value, text));
        case "target" -> path = value;
        default ->
            throw new MalformedException("unknown mount parameter \"" + entry.getKey() + "\"");
      }
    }
    if (volume.isEmpty()) {
      throw new MalformedException("volume must be set");
    }
    return new Mount(volume.get(), path, Optional.empty());
  }

  private static AcName volumeName(String name, String text) {
    try {
      return AcName.parse(name);
    } catch (MalformedException e) {
      throw new MalformedException(
          "invalid volume name \""
              + name
              + "\" in --mount flag \""
              + text
              + "\": "
              + e.getMessage(),
          e);
    }
  }

  private static String unescape(String text) {
    if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
      return text;
    }
    byte[] raw = text.getBytes(StandardCharsets.UTF_8);
    byte[] plain = new byte[raw.length];
    int length = 0;
    int i = 0;
    while (i < raw.length) {
      if (raw[i] == '%') {
        plain[length++] = escaped(raw, i, text);
        i += 3;
      } else {
        plain[length++] = raw[i] == '+' ? (byte) ' ' : raw[i];
        i++;
      }
    }
    return new String(plain, 0, length, StandardCharsets.UTF_8);
  }

  private static byte escaped(byte[] raw, int percent, String text) {
    int high = percent + 2 < raw.length ? Character.digit(raw[percent + 1], 16) : -1;
    int low = percent + 2 < raw.length ? Character.digit(raw[percent + 2], 16) : -1;
    if (high < 0 || low < 0) {
      throw new MalformedException("invalid URL escape in \"" + text + "\"");
    }
    return (byte) (high << 4 | low);
  }
}
