// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.spec.discovery.ImageRef;
import io.rktj.stage0.launch.Caller;
import io.rktj.stage0.launch.RunOptions;
import io.rktj.stage0.metadata.MetadataAddress;
import io.rktj.stage0.prepare.AppRequest;
import io.rktj.stage1.UserNamespaces;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The command line of {@code rkt run}: the whole grammar of {@code spec/rkt-cli.md} section 3 ends
 * here, and the checks of section 4.1 that need nothing but the command line, in rkt's order.
 */
final class RunArguments {
  private final AppFlags apps = new AppFlags();
  private final PodFlags pod = new PodFlags();
  private final NetFlag net = new NetFlag();
  private final DnsFlags dns = new DnsFlags();
  private final Stage1Flags stage1 = new Stage1Flags();

  /** Sees each flag as it is read. */
  void flag(String name, String value) {
    if (name.equals("net")) {
      net.add(value);
    } else if (!apps.take(name, value) && !pod.take(name, value) && !dns.take(name, value)) {
      stage1.take(name, value); // and the switches are read when all is known
    }
  }

  /** Reads what follows the first flags, and checks the whole. */
  RunRequest parse(Invocation invocation) {
    readImages(invocation);
    FlagValues flags = invocation.flags();
    String policy = policy(flags, "new");
    checkSwitches(flags);
    checkConflicts(flags);
    List<AppRequest> requests = apps.build();
    return new RunRequest(
        requests,
        pod.build(flags, invocation.environment()),
        options(invocation),
        stage1,
        policy,
        file(flags.text("uuid-file-save", "")));
  }

  /** What the flags say about running a pod that is described elsewhere. */
  RunOptions runOptions(Invocation invocation) {
    checkSwitches(invocation.flags());
    return options(invocation);
  }

  private void readImages(Invocation invocation) {
    PiecewiseArguments.Receiver receiver =
        new PiecewiseArguments.Receiver() {
          @Override
          public void image(String text) {
            apps.begin(reference(text));
          }

          @Override
          public void argument(String word) {
            apps.argument(word);
          }
        };
    try {
      new PiecewiseArguments(invocation.parser(), receiver, true).read(invocation.arguments());
      if (invocation.flags().text("pod-manifest", "").isEmpty()) {
        pod.checkMounts(apps.build());
      }
    } catch (UsageException e) {
      throw new UsageException("error parsing app image arguments", e);
    }
  }

  /** What an image argument means; files are looked for where rkt was called. */
  static ImageRef reference(String text) {
    return ImageRef.parse(text, Path.of("").toAbsolutePath(), true);
  }

  /** The word of {@code --pull-policy}, or what its old spellings mean. */
  static String policy(FlagValues flags, String initial) {
    if (flags.isOn("store-only") && flags.isOn("no-store")) {
      throw new UsageException("both --store-only and --no-store specified");
    }
    if (flags.isOn("store-only")) {
      return "never";
    }
    return flags.isOn("no-store") ? "update" : flags.text("pull-policy", initial);
  }

  private void checkSwitches(FlagValues flags) {
    requireUsers(flags);
    if (pod.hasPorts() && net.isNone()) {
      throw new UsageException("--port flag does not work with 'none' networking");
    }
    if (pod.hasPorts() && net.isHost()) {
      throw new UsageException("--port flag does not work with 'host' networking");
    }
    if (flags.isOn("mds-register") && net.isNone()) {
      throw noMetadata();
    }
  }

  /** Refuses a user name space where the kernel does not know what that is. */
  static void requireUsers(FlagValues flags) {
    if (flags.isOn("private-users") && !UserNamespaces.areKnown()) {
      throw new UsageException(
          "--private-users is not supported, kernel compiled without user namespace support");
    }
  }

  static UsageException noMetadata() {
    return new UsageException(
        "--mds-register flag does not work with --net=none. Please use 'host', 'default' or"
            + " an equivalent network");
  }

  /** Where the pod is to be registered; empty if that was not asked for. */
  static String metadataSocket(Invocation invocation) {
    if (!invocation.flags().isOn("mds-register")) {
      return "";
    }
    String other = invocation.environment().getOrDefault(MetadataAddress.VARIABLE, "");
    return MetadataAddress.socket(other).toString();
  }

  private void checkConflicts(FlagValues flags) {
    boolean fromManifest = !flags.text("pod-manifest", "").isEmpty();
    if (fromManifest && (apps.count() > 0 || pod.describesPod() || describedElsewhere(flags))) {
      throw new UsageException("conflicting flags set with --pod-manifest (see --help)");
    }
    if (flags.isOn("interactive") && apps.count() > 1) {
      throw new UsageException("interactive option only supports one image");
    }
    if (!fromManifest && apps.count() == 0) {
      throw new UsageException("must provide at least one image or specify the pod manifest");
    }
  }

  private static boolean describedElsewhere(FlagValues flags) {
    String policy = policy(flags, "new");
    return flags.isOn("inherit-env") || policy.equals("never") || policy.equals("update");
  }

  private RunOptions options(Invocation invocation) {
    FlagValues flags = invocation.flags();
    InsecureOptions insecure = invocation.global().insecure();
    return new RunOptions(
        net.networks(),
        flags.isOn("interactive"),
        HostNameFlag.of(flags),
        dns.resolution(),
        ipc(flags.text("ipc", "")),
        !insecure.capabilities(),
        !insecure.paths(),
        !insecure.seccomp(),
        metadataSocket(invocation),
        machine(invocation, flags));
  }

  /** The caller, with what the flags say of a machine in the place of his variables. */
  private static Caller machine(Invocation invocation, FlagValues flags) {
    Caller caller = invocation.caller();
    String hypervisor = flags.text("hypervisor", "");
    String kernel = flags.text("kernel", "");
    if (hypervisor.isEmpty() && kernel.isEmpty()) {
      return caller;
    }
    return caller
        .with("RKT_HYPERVISOR", hypervisor)
        .with(
            "RKT_HYPERVISOR_KERNEL",
            kernel.isEmpty() || kernel.equals("host") || kernel.equals("package")
                ? kernel
                : Path.of(kernel).toAbsolutePath().toString());
  }

  private static String ipc(String word) {
    return switch (word) {
      case "", "auto", "private", "parent" -> word;
      default -> throw new UsageException("unknown value for --ipc parameter: " + word);
    };
  }

  static Optional<Path> file(String path) {
    return path.isEmpty() ? Optional.empty() : Optional.of(Path.of(path).toAbsolutePath());
  }
}
