// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.docker;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.AcName;
import io.rktj.spec.BlobDigest;
import io.rktj.spec.Labels;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Parameters;
import io.rktj.spec.Platform;
import io.rktj.spec.SemVer;
import io.rktj.spec.Timestamp;
import io.rktj.spec.discovery.DockerReference;
import io.rktj.spec.docker.DockerConfig.Settings;
import io.rktj.spec.json.JsonWriter;
import io.rktj.spec.manifest.Annotation;
import io.rktj.spec.manifest.App;
import io.rktj.spec.manifest.AppBuilder;
import io.rktj.spec.manifest.EnvironmentVariable;
import io.rktj.spec.manifest.ImageManifest;
import io.rktj.spec.manifest.MountPoint;
import io.rktj.spec.manifest.Port;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The manifest of the ACI that an image of Docker's kind becomes, by the rules of docker2aci, which
 * rkt's users know ({@code spec/appc.md} section 11). The same image always gives the same
 * manifest.
 */
public final class AciMapping {
  /** The annotation that holds the digest of the manifest in the registry. */
  public static final String MANIFEST_HASH = "appc.io/docker/manifesthash";

  private static final SemVer VERSION = SemVer.parse("0.8.11");
  private static final String ROOT = "0";

  private final DockerReference reference;
  private final String typed;

  /**
   * Names the image.
   *
   * @param typed the reference as the user wrote it
   */
  public AciMapping(DockerReference reference, String typed) {
    this.reference = reference;
    this.typed = typed;
  }

  /**
   * The manifest.
   *
   * @param imageId the digest of the configuration, by which Docker knows the image
   * @param manifestHash the digest of the manifest in the registry
   */
  public ImageManifest map(DockerConfig config, BlobDigest imageId, BlobDigest manifestHash) {
    List<Annotation> annotations = new ArrayList<>();
    annotate(annotations, "author", config.author());
    annotate(annotations, "created", time(config.created()));
    annotate(annotations, "appc.io/docker/originalname", typed);
    annotate(annotations, "appc.io/docker/registryurl", reference.registry());
    annotate(annotations, "appc.io/docker/repository", reference.repository());
    annotate(annotations, "appc.io/docker/imageid", imageId.toString());
    annotate(annotations, MANIFEST_HASH, manifestHash.toString());
    annotate(annotations, "appc.io/docker/tag", reference.tag().orElse(""));
    if (config.settings().isPresent()) {
      Settings settings = config.settings().get();
      annotate(annotations, "appc.io/docker/entrypoint", list(settings.entrypoint()));
      annotate(annotations, "appc.io/docker/cmd", list(settings.command()));
    }
    return new ImageManifest(
        VERSION,
        name(),
        labels(config),
        config.settings().map(AciMapping::app),
        annotations,
        List.of(),
        List.of());
  }

  /** Registry and repository, with {@code -} for what an AC Identifier cannot hold. */
  private AcIdentifier name() {
    String text = reference.registry() + "/" + reference.repository();
    StringBuilder name = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "-./".indexOf(c) >= 0;
      if (fits || name.length() > 0) { // the bracket before an address is left out
        name.append(fits ? c : '-');
      }
    }
    return AcIdentifier.parse(name.toString());
  }

  private Labels labels(DockerConfig config) {
    Labels labels = Labels.NONE;
    if (reference.tag().isPresent()) {
      labels = labels.with("version", reference.tag().get());
    }
    String flavour =
        config.variant().startsWith("v") ? config.variant().substring(1) : config.variant();
    Platform platform =
        Platform.ofGo(config.system(), config.processor(), flavour)
            .orElseThrow(
                () ->
                    new MalformedException(
                        "images for "
                            + config.system()
                            + "/"
                            + config.processor()
                            + " are not supported"));
    return labels.with("os", platform.os()).with("arch", platform.arch());
  }

  private static App app(Settings settings) {
    String[] identity = settings.user().split(":", 2);
    String user = identity[0].isEmpty() ? ROOT : identity[0];
    // Docker's group is that of the user in the image's passwd file, which is not looked at.
    String group = identity.length == 2 && !identity[1].isEmpty() ? identity[1] : user;
    List<String> exec = new ArrayList<>(settings.entrypoint());
    exec.addAll(settings.command());
    return new AppBuilder(user, group)
        .exec(exec)
        .workingDirectory(absolute(settings.workingDirectory()))
        .environment(environment(settings.environment()))
        .mountPoints(mountPoints(settings.volumes()))
        .ports(ports(settings.ports()))
        .userLabels(settings.labels())
        .build();
  }

  private static String absolute(String directory) {
    return directory.isEmpty() || directory.startsWith("/") ? directory : "/" + directory;
  }

  private static List<EnvironmentVariable> environment(List<String> lines) {
    Map<String, EnvironmentVariable> variables = new LinkedHashMap<>();
    for (String line : lines) {
      if (line.indexOf('=') > 0) {
        EnvironmentVariable variable = EnvironmentVariable.parse(line);
        variables.put(variable.name(), variable);
      }
    }
    return List.copyOf(variables.values());
  }

  private static List<MountPoint> mountPoints(List<String> volumes) {
    Map<String, Integer> known = new HashMap<>();
    List<MountPoint> mounts = new ArrayList<>();
    for (String path : volumes) {
      if (!path.startsWith("/")) {
        throw new MalformedException("volume \"" + path + "\" is not an absolute path");
      }
      String name = AcName.sanitize("volume" + path).value();
      int before = known.merge(name, 1, Integer::sum) - 1;
      String single = before == 0 ? name : name + "-" + before;
      mounts.add(new MountPoint(AcName.parse(single), path, false));
    }
    mounts.sort((one, other) -> one.name().value().compareTo(other.name().value()));
    return mounts;
  }

  private static List<Port> ports(List<String> exposed) {
    List<Port> ports = new ArrayList<>();
    for (String text : exposed) {
      int slash = text.indexOf('/');
      String numbers = slash < 0 ? text : text.substring(0, slash);
      String protocol = slash < 0 ? "tcp" : text.substring(slash + 1);
      int dash = numbers.indexOf('-');
      int first = number(dash < 0 ? numbers : numbers.substring(0, dash));
      int last = dash < 0 ? first : number(numbers.substring(dash + 1));
      if (last < first) {
        throw new MalformedException("port \"" + text + "\" ends before it begins");
      }
      ports.add(new Port(AcName.sanitize(text), protocol, first, last - first + 1, false));
    }
    ports.sort((one, other) -> one.name().value().compareTo(other.name().value()));
    return ports;
  }

  private static int number(String text) {
    return Parameters.integer("port", text, 65535);
  }

  /** As a JSON array; nothing for nothing. */
  private static String list(List<String> words) {
    if (words.isEmpty()) {
      return "";
    }
    JsonWriter json = JsonWriter.compact().beginArray();
    for (String word : words) {
      json.text(word);
    }
    return json.endArray().finish();
  }

  /** What is no time by the appc specification is left out. */
  private static String time(String text) {
    try {
      return Timestamp.parse(text).text();
    } catch (MalformedException e) {
      return "";
    }
  }

  private static void annotate(List<Annotation> annotations, String name, String value) {
    if (!value.isEmpty()) {
      annotations.add(new Annotation(AcIdentifier.parse(name), value));
    }
  }
}
