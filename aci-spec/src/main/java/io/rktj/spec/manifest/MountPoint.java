// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.AcName;
import io.rktj.spec.HostText;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Parameters;
import java.util.Map;

/** A place in an image where a volume is wanted. */
public record MountPoint(AcName name, String path, boolean readOnly) {
  /** Checks the path. */
  public MountPoint {
    if (path.isEmpty()) {
      throw new MalformedException("path must be set");
    }
    HostText.requirePrintable("path", path);
  }

  /** Reads {@code NAME,path=PATH[,readOnly=BOOL]}. */
  public static MountPoint parse(String text) {
    Parameters parameters = Parameters.parse(text);
    AcName name = AcName.parse(parameters.name());
    String path = "";
    boolean readOnly = false;
    for (Map.Entry<String, String> entry : parameters.values().entrySet()) {
      switch (entry.getKey()) {
        case "path" -> path = entry.getValue();
        case "readOnly" -> readOnly = Parameters.bool(entry.getValue());
        default ->
            throw new MalformedException("unknown mountpoint parameter \"" + entry.getKey() + "\"");
      }
    }
    return new MountPoint(name, path, readOnly);
  }
}
