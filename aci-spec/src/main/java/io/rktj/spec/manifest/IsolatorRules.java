// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.MalformedException;
import java.util.List;

/** What holds for an app's list of isolators as a whole ({@code spec/appc.md} section 4.1). */
final class IsolatorRules {
  private IsolatorRules() {}

  static List<Isolator> checkedForApp(List<Isolator> isolators) {
    List<Isolator> copy = List.copyOf(isolators);
    for (int i = 0; i < copy.size(); i++) {
      String name = copy.get(i).name();
      if (copy.get(i) instanceof Isolator.Other && !name.equals(Isolator.SYSCTL)) {
        throw new MalformedException("invalid isolator \"" + name + "\"");
      }
      for (int j = 0; j < i; j++) {
        requireCompatible(copy.get(j), copy.get(i));
      }
    }
    return copy;
  }

  private static void requireCompatible(Isolator earlier, Isolator later) {
    if (earlier.name().equals(later.name()) && !mayRepeat(later)) {
      throw new MalformedException(
          "isolators set contains too many instances of type " + later.name());
    }
    if (earlier instanceof Isolator.Seccomp a
        && later instanceof Isolator.Seccomp b
        && a.retain() != b.retain()) {
      throw new MalformedException("isolators set contains incompatible types");
    }
  }

  private static boolean mayRepeat(Isolator isolator) {
    return isolator instanceof Isolator.Capabilities
        || isolator instanceof Isolator.NoNewPrivileges
        || isolator instanceof Isolator.Resource;
  }
}
