// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.actool;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Parameters;
import io.rktj.spec.manifest.App;
import io.rktj.spec.manifest.AppBuilder;
import io.rktj.spec.manifest.ImageManifest;
import io.rktj.spec.manifest.Isolator;
import io.rktj.spec.manifest.MountPoint;
import io.rktj.spec.manifest.Port;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The changes to a manifest that the options of {@code patch-manifest} ask for. */
final class ManifestPatch {
  static final List<Flag> FLAGS =
      List.of(
          Flag.value("name", "Replace name"),
          Flag.value("exec", "Replace the command line, split at single spaces"),
          Flag.value("user", "Replace user"),
          Flag.value("group", "Replace group"),
          Flag.value("supplementary-groups", "Replace supplementary groups, g1,g2"),
          Flag.value("capability", "Set capabilities to retain, C1,C2"),
          Flag.value("revoke-capability", "Set capabilities to remove, C1,C2"),
          Flag.value("mounts", "Add mount points, NAME,path=P[,readOnly=B][:...]"),
          Flag.value(
              "ports", "Add ports, NAME,protocol=P,port=N[,count=N][,socketActivated=B][:...]"),
          Flag.value("isolators", "Add isolators, NAME,key=value[,...][:...]"),
          Flag.value("seccomp-mode", "remove|retain[,errno=E]"),
          Flag.value("seccomp-set", "Names of system calls, a,b"));

  private static final List<String> OF_APP =
      List.of(
          "user",
          "group",
          "supplementary-groups",
          "capability",
          "revoke-capability",
          "mounts",
          "ports",
          "isolators",
          "seccomp-mode",
          "seccomp-set");

  private final Arguments arguments;

  ManifestPatch(Arguments arguments) {
    this.arguments = arguments;
  }

  /** The manifest with the changes. */
  ImageManifest apply(ImageManifest manifest) {
    ImageManifest patched = manifest;
    Optional<String> name = arguments.value("name");
    if (name.isPresent()) {
      patched = patched.withName(AcIdentifier.parse(name.get()));
    }
    Optional<String> exec = arguments.value("exec");
    if (exec.isEmpty() && !arguments.hasAny(OF_APP)) {
      return patched;
    }
    if (exec.isEmpty() && patched.app().isEmpty()) {
      throw new MalformedException("no app in the supplied manifest and no exec command provided");
    }
    return patched.withApp(patchApp(patched.app()));
  }

  private App patchApp(Optional<App> before) {
    AppBuilder app =
        before.isPresent()
            ? before.get().edit()
            : new AppBuilder(
                arguments.value("user").orElse("0"), arguments.value("group").orElse("0"));
    App old = app.build();
    arguments.value("exec").ifPresent(value -> app.exec(Parameters.split(value, ' ')));
    arguments.value("user").ifPresent(app::user);
    arguments.value("group").ifPresent(app::group);
    arguments
        .value("supplementary-groups")
        .ifPresent(value -> app.supplementaryGids(groups(value)));
    arguments.value("mounts").ifPresent(value -> app.mountPoints(mounts(old, value)));
    arguments.value("ports").ifPresent(value -> app.ports(ports(old, value)));
    return app.isolators(isolators(old)).build();
  }

  private static List<Integer> groups(String text) {
    List<Integer> groups = new ArrayList<>();
    for (String group : Parameters.split(text, ',')) {
      groups.add(Parameters.integer("supplementary group", group, Integer.MAX_VALUE));
    }
    return groups;
  }

  private static List<MountPoint> mounts(App old, String text) {
    List<MountPoint> mounts = new ArrayList<>(old.mountPoints());
    for (String mount : Parameters.split(text, ':')) {
      mounts.add(MountPoint.parse(mount));
    }
    return mounts;
  }

  private static List<Port> ports(App old, String text) {
    List<Port> ports = new ArrayList<>(old.ports());
    for (String port : Parameters.split(text, ':')) {
      ports.add(Port.parse(port));
    }
    return ports;
  }

  private List<Isolator> isolators(App old) {
    List<Isolator> isolators = new ArrayList<>(old.isolators());
    Optional<Isolator> capabilities = IsolatorOptions.capabilities(arguments);
    if (capabilities.isPresent()) {
      isolators.removeIf(isolator -> isolator instanceof Isolator.Capabilities);
      isolators.add(capabilities.get());
    }
    Optional<Isolator> seccomp = IsolatorOptions.seccomp(arguments);
    if (seccomp.isPresent()) {
      isolators.removeIf(isolator -> isolator instanceof Isolator.Seccomp);
      isolators.add(seccomp.get());
    }
    isolators.addAll(IsolatorOptions.added(arguments));
    return isolators;
  }
}
