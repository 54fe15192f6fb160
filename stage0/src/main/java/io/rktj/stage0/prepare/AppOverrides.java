// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.prepare;

import io.rktj.spec.MalformedException;
import io.rktj.spec.Quantity;
import io.rktj.spec.manifest.App;
import io.rktj.spec.manifest.AppBuilder;
import io.rktj.spec.manifest.EnvironmentVariable;
import io.rktj.spec.manifest.ImageManifest;
import io.rktj.spec.manifest.Isolator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An image's app section with what the command line says laid over it ({@code spec/rkt-cli.md}
 * section 3.1). Pure.
 */
final class AppOverrides {
  private final PodOptions options;
  private final Caller caller;

  AppOverrides(PodOptions options, Caller caller) {
    this.options = options;
    this.caller = caller;
  }

  App apply(AppRequest request, ImageManifest image) {
    App base = base(request, image);
    AppBuilder app = base.edit();
    app.exec(exec(request, base));
    if (request.workingDirectory().isPresent()) {
      app.workingDirectory(request.workingDirectory().get());
    }
    if (request.user().isPresent()) {
      app.user(request.user().get());
    }
    if (request.group().isPresent()) {
      app.group(request.group().get());
    }
    if (!request.supplementaryGids().isEmpty()) {
      app.supplementaryGids(request.supplementaryGids());
    }
    if (!request.userAnnotations().isEmpty()) {
      app.userAnnotations(request.userAnnotations());
    }
    if (!request.userLabels().isEmpty()) {
      app.userLabels(request.userLabels());
    }
    app.environment(environment(request, base));
    app.isolators(isolators(request, base));
    return app.build();
  }

  /** An image without an app can still run a program the user names, as the user himself. */
  private App base(AppRequest request, ImageManifest image) {
    if (image.app().isPresent()) {
      return image.app().get();
    }
    if (request.exec().isEmpty()) {
      throw new MalformedException(
          "image \"" + image.name() + "\" has no app section, and no --exec is given");
    }
    return new AppBuilder(Integer.toString(caller.uid()), Integer.toString(caller.gid())).build();
  }

  /**
   * {@code --exec} is one word and replaces the whole; arguments come after either. Those of an app
   * that is added to a pod replace the image's.
   */
  private List<String> exec(AppRequest request, App base) {
    List<String> exec = new ArrayList<>();
    if (request.exec().isPresent()) {
      exec.add(request.exec().get());
    } else if (options.mutable() && !request.arguments().isEmpty() && !base.exec().isEmpty()) {
      exec.add(base.exec().get(0));
    } else {
      exec.addAll(base.exec());
    }
    exec.addAll(request.arguments());
    return exec;
  }

  /**
   * From weak to strong: the caller's, if inherited; the image's; {@code --environment}; {@code
   * --set-env-file}; {@code --set-env} (as rkt does it, whatever its manual says).
   */
  private List<EnvironmentVariable> environment(AppRequest request, App base) {
    List<EnvironmentVariable> merged = new ArrayList<>(base.environment());
    setAll(merged, request.environment(), true);
    setAll(merged, options.parentEnvironment(), false);
    setAll(merged, options.fileEnvironment(), true);
    setAll(merged, options.setEnvironment(), true);
    return merged;
  }

  private static void setAll(
      List<EnvironmentVariable> variables, List<EnvironmentVariable> more, boolean replace) {
    for (EnvironmentVariable variable : more) {
      int place = indexOf(variables, variable.name());
      if (place < 0) {
        variables.add(variable);
      } else if (replace) {
        variables.set(place, variable);
      }
    }
  }

  private static int indexOf(List<EnvironmentVariable> variables, String name) {
    for (int i = 0; i < variables.size(); i++) {
      if (variables.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /** Memory and processor are added, and the last one counts; all others replace their kind. */
  private static List<Isolator> isolators(AppRequest request, App base) {
    List<Isolator> isolators = new ArrayList<>(base.isolators());
    if (request.memory().isPresent()) {
      isolators.add(resource(Isolator.Resource.MEMORY, request.memory().get()));
    }
    if (request.cpu().isPresent()) {
      isolators.add(resource(Isolator.Resource.CPU, request.cpu().get()));
    }
    replace(isolators, Isolator.CpuShares.class, request.cpuShares());
    replace(isolators, Isolator.OomScoreAdj.class, request.oomScoreAdj());
    replace(isolators, Isolator.Capabilities.class, request.capabilities());
    replace(isolators, Isolator.Seccomp.class, request.seccomp());
    return isolators;
  }

  private static Isolator resource(String name, Quantity amount) {
    return new Isolator.Resource(name, false, Optional.of(amount), Optional.of(amount));
  }

  private static <T extends Isolator> void replace(
      List<Isolator> isolators, Class<T> kind, Optional<T> wanted) {
    if (wanted.isEmpty()) {
      return;
    }
    for (int i = isolators.size() - 1; i >= 0; i--) {
      if (kind.isInstance(isolators.get(i))) {
        isolators.remove(i);
      }
    }
    isolators.add(wanted.get());
  }
}
