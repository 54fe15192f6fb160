// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.discovery;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.Labels;
import io.rktj.spec.Labels.Label;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An image by name and labels, as a user writes it: {@code NAME[:VERSION][,label=value]...} (appc
 * spec, discovery). Values are literal; an empty version is none.
 */
public record AppString(AcIdentifier name, Labels labels) {
  private static final String VERSION = "version";

  /** Reads it. */
  public static AppString parse(String text) {
    return read(withVersionLabel(text));
  }

  private static String withVersionLabel(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      return text;
    }
    if (text.indexOf(':', colon + 1) >= 0) {
      throw new MalformedException("malformed app string - colon may appear at most once");
    }
    int comma = text.indexOf(',');
    if (comma >= 0 && comma < colon) {
      throw new MalformedException(
          "malformed app string - colon may appear only right after the app name");
    }
    return text.substring(0, colon) + "," + VERSION + "=" + text.substring(colon + 1);
  }

  private static AppString read(String text) {
    Parameters parameters = Parameters.parse(text);
    List<Label> labels = new ArrayList<>(parameters.values().size());
    for (Map.Entry<String, String> entry : parameters.values().entrySet()) {
      AcIdentifier name = AcIdentifier.parse(entry.getKey());
      if (!name.value().equals(VERSION) || !entry.getValue().isEmpty()) {
        labels.add(new Label(name, entry.getValue()));
      }
    }
    return new AppString(AcIdentifier.parse(parameters.name()), new Labels(labels));
  }
}
