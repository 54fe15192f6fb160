// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.spec.manifest.Isolator;
import io.rktj.stage1.plan.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An app's seccomp isolator, or the lack of one, as a filter program ({@code spec/rkt-runtime.md}
 * section 8.2).
 *
 * <p>Differs from rkt in a list of allowed calls: a call that is younger than rkt's lists fails
 * with ENOSYS instead of killing the process, so that present-day programs fall back to what is
 * allowed; and in the default list {@code clone} may not make user name spaces, {@code clone3}
 * (whose flags no filter can see) and {@code socketcall} (likewise) do not exist, and {@code
 * socket} makes no virtual machine sockets. The same three count in rkt's list of denied calls.
 */
final class SystemCallFilter {
  private final SystemCallTable table = SystemCallTable.load();
  private final List<String> names = new ArrayList<>();
  private boolean defaults;
  private boolean refined;
  private boolean nothing;

  private SystemCallFilter() {}

  /** The filter of an app without an isolator. */
  static Bytes standard(List<SystemCallAbi> abis) {
    FilterAssembler assembler = new FilterAssembler(FilterAssembler.KILL);
    assembler.begin();
    for (SystemCallAbi abi : abis) {
      assembler.part(abi, StandardRanges.of(abi));
    }
    return assembler.end();
  }

  /**
   * The filter of an app with an isolator; empty for none; unknown names go to {@code warnings}.
   */
  static Bytes of(Isolator.Seccomp isolator, List<SystemCallAbi> abis, List<String> warnings) {
    SystemCallFilter filter = new SystemCallFilter();
    filter.read(isolator, warnings);
    if (filter.nothing || filter.names.isEmpty()) {
      return Bytes.EMPTY;
    }
    int deny =
        isolator.errno().isEmpty()
            ? FilterAssembler.KILL
            : FilterAssembler.errno(ErrnoNames.number(isolator.errno().get()));
    FilterAssembler assembler = new FilterAssembler(deny);
    assembler.begin();
    for (SystemCallAbi abi : abis) {
      assembler.part(abi, filter.ranges(abi, isolator.retain() || filter.defaults));
    }
    return assembler.end();
  }

  /** Whether an isolator asks for no filtering, and for none of its side effects. */
  static boolean waives(Isolator.Seccomp isolator) {
    return isolator.retain() && isolator.set().contains("@appc.io/all");
  }

  /** The ranges of the default list; the class StandardRanges holds them ready. */
  static int[] standardRanges(SystemCallAbi abi) {
    SystemCallFilter filter = new SystemCallFilter();
    filter.useDefaults();
    return filter.ranges(abi, true);
  }

  private void useDefaults() {
    names.clear();
    addAll(SystemCallSets.WHITELIST);
    addAll(SystemCallSets.PRESENT_DAY);
    defaults = true;
    refined = true;
  }

  /** Reads entries up to the first that ends the set. */
  private void read(Isolator.Seccomp isolator, List<String> warnings) {
    for (String entry : isolator.set()) {
      if (entry.equals("@appc.io/all")) {
        nothing = true;
        return;
      }
      if (entry.equals("@appc.io/empty")) {
        if (isolator.retain()) {
          nothing = true;
        } else {
          useDefaults();
        }
        return;
      }
      if (entry.startsWith("@")) {
        String set = SystemCallSets.wildcard(entry);
        if (set.isEmpty()) {
          warnings.add("warning: seccomp isolator: unknown set \"" + entry + "\", skipping");
        }
        addAll(set);
        refined |= !set.isEmpty() && !systemd(entry) && isStandard(entry, isolator.retain());
      } else {
        if (!table.knows(entry)) {
          warnings.add(
              "warning: seccomp isolator: unknown system call \"" + entry + "\", skipping");
        }
        names.add(entry);
      }
    }
  }

  /** Whether an entry names the list that goes with the kind of the isolator. */
  private static boolean isStandard(String entry, boolean retain) {
    return entry.endsWith(retain ? "/default-whitelist" : "/default-blacklist");
  }

  private static boolean systemd(String entry) {
    return entry.startsWith("@systemd/");
  }

  private void addAll(String set) {
    int from = 0;
    while (from < set.length()) {
      int to = set.indexOf(' ', from);
      int end = to < 0 ? set.length() : to;
      if (end > from) {
        names.add(set.substring(from, end));
      }
      from = end + 1;
    }
  }

  /** One verdict per number, then neighbours with the same verdict become one range. */
  private int[] ranges(SystemCallAbi abi, boolean retain) {
    int count = 512;
    byte[] verdicts = new byte[count];
    for (int number = 0; number < count; number++) {
      int otherwise = number < abi.firstNew() ? FilterAssembler.DENY : FilterAssembler.UNKNOWN;
      verdicts[number] = (byte) (retain ? otherwise : FilterAssembler.ALLOW);
    }
    if (retain) {
      List<String> listed = new ArrayList<>(names);
      names.clear();
      addAll(SystemCallSets.ALWAYS);
      mark(abi, verdicts, FilterAssembler.ALLOW);
      names.clear();
      names.addAll(listed);
    }
    mark(abi, verdicts, retain ? FilterAssembler.ALLOW : FilterAssembler.DENY);
    if (refined) {
      refine(abi, verdicts);
    }
    return join(verdicts);
  }

  private void mark(SystemCallAbi abi, byte[] verdicts, int verdict) {
    for (String name : names) {
      set(abi, verdicts, name, verdict);
    }
  }

  private void refine(SystemCallAbi abi, byte[] verdicts) {
    restrict(abi, verdicts, "clone", FilterAssembler.CLONE);
    restrict(abi, verdicts, "socket", FilterAssembler.SOCKET);
    restrict(abi, verdicts, "clone3", FilterAssembler.UNKNOWN);
    restrict(abi, verdicts, "socketcall", FilterAssembler.UNKNOWN);
  }

  private void restrict(SystemCallAbi abi, byte[] verdicts, String name, int verdict) {
    int number = table.number(name, abi);
    if (number >= 0 && verdicts[number] == FilterAssembler.ALLOW) {
      verdicts[number] = (byte) verdict;
    }
  }

  private void set(SystemCallAbi abi, byte[] verdicts, String name, int verdict) {
    int number = table.number(name, abi);
    if (number >= 0) {
      verdicts[number] = (byte) verdict;
    }
  }

  private static int[] join(byte[] verdicts) {
    int[] ranges = new int[verdicts.length];
    int used = 0;
    for (int number = 0; number < verdicts.length; number++) {
      if (number == 0 || verdicts[number] != verdicts[number - 1]) {
        ranges[used++] = FilterAssembler.range(number, verdicts[number]);
      }
    }
    return Arrays.copyOf(ranges, used);
  }
}
