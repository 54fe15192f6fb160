// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.spec.manifest.Annotation;
import io.rktj.spec.manifest.ExposedPort;
import io.rktj.stage0.launch.RunOptions;
import io.rktj.stage0.prepare.PodOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code rkt app sandbox}: a pod without apps that takes some in later ({@code spec/rkt-cli.md}
 * section 4.18). The command is the pod, as with {@code rkt run}.
 */
final class AppSandboxCommand implements CommandBody {
  private final NetFlag net = new NetFlag();
  private final DnsFlags dns = new DnsFlags();
  private final Stage1Flags stage1 = new Stage1Flags();
  private final List<ExposedPort> ports = new ArrayList<>();
  private final List<Annotation> annotations = new ArrayList<>();
  private final Map<String, String> userAnnotations = new LinkedHashMap<>();
  private final Map<String, String> userLabels = new LinkedHashMap<>();

  @Override
  public void flag(Flag flag, String value) {
    String name = flag.name();
    switch (name) {
      case "net" -> net.add(value);
      case "port" -> ports.add(PortFlag.parseWhole(value));
      case "annotation" -> annotations.add(AppFlags.annotation(value));
      case "user-annotation" -> put(userAnnotations, name, value);
      case "user-label" -> put(userLabels, name, value);
      default -> {
        if (!dns.take(name, value)) {
          stage1.take(name, value);
        }
      }
    }
  }

  private static void put(Map<String, String> map, String flag, String value) {
    Map.Entry<String, String> pair = AppFlags.pair(flag, value);
    map.put(pair.getKey(), pair.getValue());
  }

  @Override
  public int call(Invocation invocation) {
    if (!invocation.arguments().isEmpty()) {
      return AppCommands.misused(invocation, "must not name any image");
    }
    return AppCommands.failing(
        invocation,
        () -> {
          RunArguments.requireUsers(invocation.flags());
          if (!ports.isEmpty() && (net.isNone() || net.isHost())) {
            throw new UsageException(
                "--port flag does not work with '"
                    + (net.isNone() ? "none" : "host")
                    + "' networking");
          }
          if (invocation.flags().isOn("mds-register") && net.isNone()) {
            throw RunArguments.noMetadata();
          }
          throw RunCommand.start(invocation, request(invocation));
        });
  }

  private RunRequest request(Invocation invocation) {
    FlagValues flags = invocation.flags();
    InsecureOptions insecure = invocation.global().insecure();
    RunOptions options =
        new RunOptions(
            net.networks(),
            false,
            HostNameFlag.of(flags),
            dns.resolution(),
            "",
            !insecure.capabilities(),
            !insecure.paths(),
            !insecure.seccomp(),
            RunArguments.metadataSocket(invocation),
            invocation.caller());
    return new RunRequest(
        List.of(),
        pod(flags),
        options,
        stage1,
        "never",
        RunArguments.file(flags.text("uuid-file-save", "")));
  }

  private PodOptions pod(FlagValues flags) {
    PodOptions.Builder pod =
        PodOptions.builder()
            .mutable(true)
            .overlay(!flags.isOn("no-overlay"))
            .privateUsers(flags.isOn("private-users"));
    ports.forEach(pod::port);
    annotations.forEach(pod::annotation);
    userAnnotations.forEach(pod::userAnnotation);
    userLabels.forEach(pod::userLabel);
    return pod.build();
  }
}
