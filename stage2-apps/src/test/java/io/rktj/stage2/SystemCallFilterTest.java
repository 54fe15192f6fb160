// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.manifest.Isolator;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.plan.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SystemCallFilterTest {
  private static final List<SystemCallAbi> PC = List.of(SystemCallAbi.X86_64, SystemCallAbi.I386);
  private static final Path RANGES = Path.of("src/main/java/io/rktj/stage2/StandardRanges.java");

  private final List<String> warnings = new ArrayList<>();

  @Test
  void rangesHeldReadyAreThoseOfTheNamedSets() throws IOException {
    if (System.getProperty("golden.update") != null) {
      Files.writeString(RANGES, source());
      return;
    }
    for (SystemCallAbi abi :
        List.of(SystemCallAbi.X86_64, SystemCallAbi.I386, SystemCallAbi.AARCH64)) {
      assertThat(StandardRanges.of(abi)).isEqualTo(SystemCallFilter.standardRanges(abi));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "read",
        "write",
        "openat",
        "execve",
        "exit_group",
        "statx",
        "rseq",
        "futex_waitv",
        "close_range",
        "mknod",
        "chroot",
        "personality",
        "faccessat2",
        "membarrier",
        "mseal"
      })
  void standardFilterAllowsOrdinaryCalls(String name) {
    assertThat(standard(SystemCallAbi.X86_64).call(name)).isEqualTo(FilterMachine.ALLOW);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "unshare",
        "keyctl",
        "add_key",
        "request_key",
        "bpf",
        "userfaultfd",
        "ptrace",
        "mount",
        "umount2",
        "setns",
        "pivot_root",
        "kexec_load",
        "init_module",
        "perf_event_open",
        "open_by_handle_at",
        "process_vm_writev",
        "reboot",
        "swapon",
        "settimeofday",
        "kcmp"
      })
  void standardFilterKillsWhoeverMakesADangerousCall(String name) {
    assertThat(standard(SystemCallAbi.X86_64).call(name)).isEqualTo(FilterMachine.KILL);
    assertThat(standard(SystemCallAbi.I386).call(name)).isEqualTo(FilterMachine.KILL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "io_uring_setup",
        "io_uring_enter",
        "io_uring_register",
        "clone3",
        "fsopen",
        "move_mount",
        "open_tree",
        "mount_setattr",
        "pidfd_getfd",
        "quotactl_fd",
        "listmount"
      })
  void standardFilterKnowsNothingOfYoungerCallsThatItDoesNotAllow(String name) {
    assertThat(standard(SystemCallAbi.X86_64).call(name)).isEqualTo(FilterMachine.ENOSYS);
  }

  @Test
  void standardFilterForbidsUserNamespacesAndMachineSocketsOnly() {
    for (SystemCallAbi abi : PC) {
      FilterMachine machine = standard(abi);

      assertThat(machine.call("clone", 0x1200011)).isEqualTo(FilterMachine.ALLOW);
      assertThat(machine.call("clone", 0x10000011)).isEqualTo(FilterMachine.EPERM);
      assertThat(machine.call("socket", 1)).isEqualTo(FilterMachine.ALLOW);
      assertThat(machine.call("socket", 40)).isEqualTo(0x00050000 | 97);
    }
    assertThat(standard(SystemCallAbi.I386).call("socketcall")).isEqualTo(FilterMachine.ENOSYS);
  }

  @Test
  void numbersBeyondTheTableDoNotExist() {
    assertThat(standard(SystemCallAbi.X86_64).run(511, 0)).isEqualTo(FilterMachine.ENOSYS);
    assertThat(standard(SystemCallAbi.X86_64).run(100_000, 0)).isEqualTo(FilterMachine.ENOSYS);
    assertThat(standard(SystemCallAbi.X86_64).run(-1, 0)).isEqualTo(FilterMachine.ENOSYS);
  }

  @Test
  void offersNeitherX32NorForeignArchitectures() {
    FilterMachine machine = standard(SystemCallAbi.X86_64);

    assertThat(machine.run(0x40000000, 0)).isEqualTo(FilterMachine.ENOSYS);
    assertThat(machine.run(0, SystemCallAbi.AARCH64.auditArchitecture(), 0))
        .isEqualTo(FilterMachine.KILL);
  }

  @Test
  void everyAllowedNameIsAllowedWhereItExists() {
    SystemCallTable table = SystemCallTable.load();
    for (SystemCallAbi abi :
        List.of(SystemCallAbi.X86_64, SystemCallAbi.I386, SystemCallAbi.AARCH64)) {
      FilterMachine machine = new FilterMachine(SystemCallFilter.standard(List.of(abi)), abi);
      for (String name : SystemCallSets.WHITELIST.split(" ", -1)) {
        if (table.number(name, abi) >= 0 && !name.equals("socketcall")) {
          assertThat(machine.call(name)).as(name).isEqualTo(FilterMachine.ALLOW);
        }
      }
    }
  }

  @Test
  void retainSetAllowsWhatItNamesAndWhatAProgramNeedsToStartAndEnd() {
    FilterMachine machine = filter(true, "EPERM", "read", "write");

    assertThat(machine.call("read")).isEqualTo(FilterMachine.ALLOW);
    assertThat(machine.call("execve")).isEqualTo(FilterMachine.ALLOW);
    assertThat(machine.call("exit_group")).isEqualTo(FilterMachine.ALLOW);
    assertThat(machine.call("openat")).isEqualTo(FilterMachine.EPERM);
    assertThat(machine.call("statx")).isEqualTo(FilterMachine.ENOSYS);
  }

  @Test
  void removeSetForbidsWhatItNamesOnly() {
    FilterMachine machine = filter(false, "", "chmod", "@systemd/clock");

    assertThat(machine.call("chmod")).isEqualTo(FilterMachine.KILL);
    assertThat(machine.call("settimeofday")).isEqualTo(FilterMachine.KILL);
    assertThat(machine.call("mount")).isEqualTo(FilterMachine.ALLOW);
    assertThat(machine.call("io_uring_setup")).isEqualTo(FilterMachine.ALLOW);
    assertThat(machine.run(0x40000000, 0)).isEqualTo(FilterMachine.ENOSYS);
  }

  @Test
  void rktsListOfDeniedCallsCoversWhatHasComeSince() {
    FilterMachine machine = filter(false, "EPERM", "@rkt/default-blacklist");

    assertThat(machine.call("unshare")).isEqualTo(FilterMachine.EPERM);
    assertThat(machine.call("move_mount")).isEqualTo(FilterMachine.EPERM);
    assertThat(machine.call("io_uring_setup")).isEqualTo(FilterMachine.EPERM);
    assertThat(machine.call("pidfd_getfd")).isEqualTo(FilterMachine.EPERM);
    assertThat(machine.call("clone", 0x1200011)).isEqualTo(FilterMachine.ALLOW);
    assertThat(machine.call("clone", 0x10000011)).isEqualTo(FilterMachine.EPERM);
    assertThat(machine.call("clone3")).isEqualTo(FilterMachine.ENOSYS);
    assertThat(machine.call("socket", 40)).isEqualTo(0x00050000 | 97);
    assertThat(machine.call("sched_setscheduler")).isEqualTo(FilterMachine.ALLOW);
    assertThat(filter(false, "", "clone", "@rkt/default-blacklist").call("clone", 0x1200011))
        .isEqualTo(FilterMachine.KILL);
  }

  @Test
  void wildcardsEndASetAsRktHasIt() {
    assertThat(compile(true, "", "read", "@appc.io/all")).isEqualTo(Bytes.EMPTY);
    assertThat(compile(true, "", "@appc.io/empty")).isEqualTo(Bytes.EMPTY);
    assertThat(compile(false, "", "@appc.io/all")).isEqualTo(Bytes.EMPTY);
    assertThat(compile(false, "", "@appc.io/empty", "read"))
        .isEqualTo(SystemCallFilter.standard(PC));
    assertThat(compile(true, "", "@rkt/default-whitelist"))
        .isEqualTo(SystemCallFilter.standard(PC));
    assertThat(compile(true, "", "@no/such-set")).isEqualTo(Bytes.EMPTY);
  }

  @Test
  void saysWhichNamesItDoesNotKnow() {
    compile(true, "", "read", "no_such_call", "@no/such-set");

    assertThat(warnings)
        .containsExactly(
            "warning: seccomp isolator: unknown system call \"no_such_call\", skipping",
            "warning: seccomp isolator: unknown set \"@no/such-set\", skipping");
  }

  @Test
  void refusesAnUnknownErrno() {
    assertThatThrownBy(() -> compile(true, "EWHAT", "read"))
        .isInstanceOf(Stage1Exception.class)
        .hasMessage("stage1: seccomp isolator: unknown errno \"EWHAT\"");
  }

  @Test
  void knowsErrorNumbersByName() {
    assertThat(ErrnoNames.number("EPERM")).isEqualTo(1);
    assertThat(ErrnoNames.number("EACCES")).isEqualTo(13);
    assertThat(ErrnoNames.number("ENOSYS")).isEqualTo(38);
    assertThat(ErrnoNames.number("EWOULDBLOCK")).isEqualTo(11);
    assertThat(ErrnoNames.number("EHWPOISON")).isEqualTo(133);
  }

  private static FilterMachine standard(SystemCallAbi abi) {
    return new FilterMachine(SystemCallFilter.standard(PC), abi);
  }

  private FilterMachine filter(boolean retain, String errno, String... names) {
    return new FilterMachine(compile(retain, errno, names), SystemCallAbi.X86_64);
  }

  private Bytes compile(boolean retain, String errno, String... names) {
    Optional<String> error = errno.isEmpty() ? Optional.empty() : Optional.of(errno);
    return SystemCallFilter.of(new Isolator.Seccomp(retain, List.of(names), error), PC, warnings);
  }

  private static String source() {
    StringBuilder out = new StringBuilder();
    out.append(
        """
        // SPDX-License-Identifier: Apache-2.0
        package io.rktj.stage2;

        /**
         * The default list of allowed system calls as ranges, held ready so that starting an app needs no
         * names. Written by the test SystemCallFilterTest ({@code -Dgolden.update}), which also checks it.
         */
        final class StandardRanges {
        """);
    array(out, "X86_64", SystemCallAbi.X86_64);
    array(out, "I386", SystemCallAbi.I386);
    array(out, "AARCH64", SystemCallAbi.AARCH64);
    out.append(
        """
          private StandardRanges() {}

          /** The ranges for {@code abi}, as FilterAssembler reads them; not to be changed. */
          static int[] of(SystemCallAbi abi) {
            if (abi.column() == SystemCallAbi.X86_64.column()) {
              return X86_64;
            }
            return abi.column() == SystemCallAbi.I386.column() ? I386 : AARCH64;
          }
        }
        """);
    return out.toString();
  }

  private static void array(StringBuilder out, String name, SystemCallAbi abi) {
    out.append("  private static final int[] ").append(name).append(" = {\n    ");
    int[] ranges = SystemCallFilter.standardRanges(abi);
    for (int i = 0; i < ranges.length; i++) {
      out.append(i == 0 ? "" : i % 12 == 0 ? ",\n    " : ", ").append(ranges[i]);
    }
    out.append("\n  };\n\n");
  }
}
