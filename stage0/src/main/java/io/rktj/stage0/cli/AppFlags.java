// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.AcName;
import io.rktj.spec.Quantity;
import io.rktj.spec.discovery.ImageRef;
import io.rktj.spec.manifest.Annotation;
import io.rktj.spec.manifest.Isolator;
import io.rktj.stage0.prepare.AppRequest;
import io.rktj.stage1.StandardStreams;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The images of one command line with the flags that belong to each ({@code spec/rkt-cli.md}
 * section 3.1).
 */
final class AppFlags {
  private static final long LEAST_MEMORY = 4096;

  private final List<AppRequest.Builder> apps = new ArrayList<>();
  private AppRequest.@Nullable Builder current;
  private boolean execGiven;
  private boolean signatureGiven;
  private String capabilities = "";

  /** The flags from here on belong to {@code image}. */
  void begin(ImageRef image) {
    AppRequest.Builder app = AppRequest.builder(image);
    apps.add(app);
    current = app;
    execGiven = false;
    signatureGiven = false;
    capabilities = "";
  }

  /** The number of images so far. */
  int count() {
    return apps.size();
  }

  /** One of the words after {@code --}. */
  void argument(String word) {
    image("--").argument(word);
  }

  List<AppRequest> build() {
    List<AppRequest> requests = new ArrayList<>(apps.size());
    for (int i = 0; i < apps.size(); i++) {
      requests.add(apps.get(i).build());
    }
    return requests;
  }

  /** Takes a flag of the current image; false if it is another kind of flag. */
  boolean take(String name, String value) {
    return takeIdentity(name, value) || takeWord(name, value) || takeLimit(name, value);
  }

  private boolean takeIdentity(String name, String value) {
    switch (name) {
      case "user" -> image(name).user(value);
      case "group" -> image(name).group(value);
      case "supplementary-gids" -> supplementaryGids(image(name), value);
      case "name" -> image(name).name(AcName.parse(value));
      case "signature" -> signature(image(name), value);
      case "annotation" -> image(name).annotation(annotation(value));
      case "user-annotation" -> {
        AppRequest.Builder app = image(name);
        Map.Entry<String, String> pair = pair(name, value);
        app.userAnnotation(pair.getKey(), pair.getValue());
      }
      case "user-label" -> {
        AppRequest.Builder app = image(name);
        Map.Entry<String, String> pair = pair(name, value);
        app.userLabel(pair.getKey(), pair.getValue());
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean takeWord(String name, String value) {
    switch (name) {
      case "exec" -> exec(image(name), value);
      case "working-dir" -> image(name).workingDirectory(value);
      case "readonly-rootfs" -> image(name).readOnlyRootFs(readOnly(value));
      case "mnt-volume" -> image(name).mount(VolumeFlag.parseMount(value));
      case "mount" -> {
        if (current == null) {
          return false;
        }
        current.mount(MountFlag.parse(value));
      }
      case "environment" ->
          image(name)
              .environment(
                  Words.variable(value, "environment variable must be specified as name=value"));
      case "stdin", "stdout", "stderr" -> stream(name, value);
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean takeLimit(String name, String value) {
    switch (name) {
      case "memory" -> image(name).memory(memory(value));
      case "cpu" -> image(name).cpu(Quantity.parse(value));
      case "cpu-shares" ->
          image(name).cpuShares(new Isolator.CpuShares(between(name, value, 2, 262144)));
      case "oom-score-adj" ->
          image(name).oomScoreAdj(new Isolator.OomScoreAdj(between(name, value, -1000, 1000)));
      case "caps-retain", "cap-retain" -> capabilities(image(name), true, value);
      case "caps-remove", "cap-remove" -> capabilities(image(name), false, value);
      case "seccomp" -> image(name).seccomp(SeccompFlag.parse(value));
      default -> {
        return false;
      }
    }
    return true;
  }

  private AppRequest.Builder image(String flag) {
    if (current == null) {
      throw new UsageException("--" + flag + " must follow an image");
    }
    return current;
  }

  private void stream(String name, String mode) {
    if (current == null) {
      throw new UsageException("--" + name + " must follow an application");
    }
    if (!StandardStreams.isWord(name, mode)) {
      throw new UsageException("invalid " + name + " mode " + Quoted.of(mode));
    }
    current.annotation(StandardStreams.annotation(name, mode));
  }

  private void exec(AppRequest.Builder app, String value) {
    if (execGiven) {
      throw new UsageException("--exec specified multiple times for the same image");
    }
    execGiven = true;
    app.exec(value);
  }

  private void signature(AppRequest.Builder app, String value) {
    if (signatureGiven) {
      throw new UsageException("--signature specified multiple times for the same image");
    }
    signatureGiven = true;
    app.signature(Path.of(value).toAbsolutePath());
  }

  private void capabilities(AppRequest.Builder app, boolean retain, String value) {
    String kind = retain ? "retain" : "remove";
    if (!capabilities.isEmpty() && !capabilities.equals(kind)) {
      throw new UsageException(
          "error: cannot use both --caps-retain and --caps-remove on the same image");
    }
    capabilities = kind;
    List<String> names = new ArrayList<>();
    for (String name : Words.split(value, ',')) {
      if (!name.isEmpty()) {
        names.add(name);
      }
    }
    if (names.isEmpty()) {
      throw new UsageException("set must be non-empty");
    }
    app.capabilities(new Isolator.Capabilities(retain, names));
  }

  private static void supplementaryGids(AppRequest.Builder app, String value) {
    for (String gid : Words.split(value, ',')) {
      try {
        int number = Integer.parseInt(gid);
        if (number < 0) {
          throw new UsageException("--supplementary-gids must not be negative");
        }
        app.supplementaryGid(number);
      } catch (NumberFormatException e) {
        throw new UsageException("--supplementary-gids must be integers", e);
      }
    }
  }

  private static boolean readOnly(String value) {
    try {
      return Flag.truth(value);
    } catch (UsageException e) {
      throw new UsageException("--readonly-rootfs must be set with a boolean", e);
    }
  }

  static Annotation annotation(String value) {
    Map.Entry<String, String> pair = pair("annotation", value);
    return new Annotation(AcIdentifier.parse(pair.getKey()), pair.getValue());
  }

  /** The name and the value of {@code NAME=VALUE}, whatever the name is made of. */
  static Map.Entry<String, String> pair(String flag, String value) {
    int equals = value.indexOf('=');
    if (equals < 1) {
      throw new UsageException("--" + flag + " must be specified as name=value");
    }
    return Map.entry(value.substring(0, equals), value.substring(equals + 1));
  }

  private static Quantity memory(String value) {
    Quantity quantity = Quantity.parse(value);
    long bytes = quantity.value();
    if (bytes < LEAST_MEMORY) {
      throw new UsageException(
          "memory limit of "
              + bytes
              + " bytes too low. Try a reasonable value, such as --memory=16M");
    }
    return quantity;
  }

  private static int between(String flag, String value, int least, int most) {
    long number = Flag.number(value);
    if (number < least || number > most) {
      throw new UsageException(
          "--" + flag + " must be between " + least + " and " + most + ", not " + number);
    }
    return (int) number;
  }
}
