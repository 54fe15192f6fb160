// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1;

import io.rktj.pod.IdRange;
import io.rktj.pod.PodLayout;
import io.rktj.spec.AcIdentifier;
import io.rktj.spec.AcName;
import io.rktj.spec.ImageId;
import io.rktj.spec.Labels;
import io.rktj.spec.SemVer;
import io.rktj.spec.Uuid;
import io.rktj.spec.manifest.Annotation;
import io.rktj.spec.manifest.App;
import io.rktj.spec.manifest.ExposedPort;
import io.rktj.spec.manifest.Isolator;
import io.rktj.spec.manifest.Mount;
import io.rktj.spec.manifest.MountPoint;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.spec.manifest.Port;
import io.rktj.spec.manifest.RuntimeApp;
import io.rktj.spec.manifest.RuntimeImage;
import io.rktj.spec.manifest.Volume;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A pod to be planned, described by what differs from the plainest one. */
public final class TestPod {
  /** The identity of every test pod that is not run. */
  public static final Uuid UUID = Uuid.parse("6733c088-a507-4694-aabf-eac2d73b4a1c");

  private final List<TestApp> apps = new ArrayList<>();
  private final List<Volume> volumes = new ArrayList<>();
  private final List<ExposedPort> ports = new ArrayList<>();
  private final List<Annotation> annotations = new ArrayList<>();
  private final List<Isolator> isolators = new ArrayList<>();
  private Uuid uuid = UUID;
  private Path directory = Path.of("/pods/run/" + UUID);
  private List<String> networks = List.of("none");
  private final List<ActivationSocket> sockets = new ArrayList<>();
  private String localConfig = "/etc/rkt";
  private boolean overlay = true;
  private boolean interactive;
  private boolean protectPaths = true;
  private IdRange users = IdRange.NONE;
  private int lock = 7;
  private Stage1Call.DnsMode dns = Stage1Call.DnsMode.DEFAULT;
  private Stage1Call.HostsMode hosts = Stage1Call.HostsMode.DEFAULT;

  /** One app. */
  public static final class TestApp {
    private final String name;
    private final List<Mount> mounts = new ArrayList<>();
    private final List<MountPoint> mountPoints = new ArrayList<>();
    private final List<Isolator> isolators = new ArrayList<>();
    private final List<Port> ports = new ArrayList<>();
    private final List<Annotation> annotations = new ArrayList<>();
    private List<String> exec = List.of("/bin/sh");
    private String tree = "/cas/tree/T/rootfs";

    private TestApp(String name) {
      this.name = name;
    }

    /** Mounts a volume of the pod. */
    public TestApp mount(String volume, String path) {
      mounts.add(new Mount(AcName.parse(volume), path, Optional.empty()));
      return this;
    }

    /** Mounts a volume of its own. */
    public TestApp mount(Volume volume, String path) {
      mounts.add(new Mount(volume.name(), path, Optional.of(volume)));
      return this;
    }

    /** Wants a volume. */
    public TestApp mountPoint(String point, String path, boolean readOnly) {
      mountPoints.add(new MountPoint(AcName.parse(point), path, readOnly));
      return this;
    }

    /** Runs this, in the tree rendered at {@code rootfs}. */
    public TestApp runs(Path rootfs, String... words) {
      exec = List.of(words);
      tree = rootfs.toString();
      return this;
    }

    /** Is annotated in its pod. */
    public TestApp annotation(String key, String value) {
      annotations.add(new Annotation(AcIdentifier.parse(key), value));
      return this;
    }

    /** Is restricted. */
    public TestApp isolator(Isolator isolator) {
      isolators.add(isolator);
      return this;
    }

    /** Listens. */
    public TestApp port(String port, String protocol, int number) {
      ports.add(new Port(AcName.parse(port), protocol, number, 1, false));
      return this;
    }

    /** Is activated by as many sockets. */
    public TestApp activated(String port, String protocol, int number, int count) {
      ports.add(new Port(AcName.parse(port), protocol, number, count, true));
      return this;
    }

    private PreparedApp prepared() {
      App app =
          new App(
              exec,
              "0",
              "0",
              List.of(),
              List.of(),
              Optional.empty(),
              List.of(),
              isolators,
              mountPoints,
              ports,
              Map.of(),
              Map.of());
      RuntimeImage image =
          new RuntimeImage(
              ImageId.parse("sha512-" + "ab".repeat(64)),
              Optional.of(AcIdentifier.parse("example.com/" + name)),
              Labels.NONE);
      return new PreparedApp(
          new RuntimeApp(AcName.parse(name), image, Optional.of(app), false, mounts, annotations),
          app,
          "example.com/" + name,
          Labels.NONE,
          List.of(),
          tree,
          "T");
    }
  }

  /** Adds an app. */
  public TestApp app(String name) {
    TestApp app = new TestApp(name);
    apps.add(app);
    return app;
  }

  /** Adds a volume. */
  public TestPod volume(Volume volume) {
    volumes.add(volume);
    return this;
  }

  /** Forwards a port. */
  public TestPod port(String name, int hostPort, String hostIp) {
    ports.add(
        new ExposedPort(
            AcName.parse(name),
            hostPort,
            hostIp.isEmpty() ? Optional.empty() : Optional.of(hostIp),
            Optional.empty()));
    return this;
  }

  /** Annotates the pod. */
  public TestPod annotation(String key, String value) {
    annotations.add(new Annotation(AcIdentifier.parse(key), value));
    return this;
  }

  /** Restricts the pod as a whole. */
  public TestPod isolator(Isolator isolator) {
    isolators.add(isolator);
    return this;
  }

  /** Lies in {@code path}, whose last part is its identity. */
  public TestPod at(Path path) {
    directory = path;
    uuid = new PodLayout(path).uuid();
    return this;
  }

  /** Joins networks. */
  public TestPod networks(String... names) {
    networks = List.of(names);
    return this;
  }

  /** Finds its networks in {@code path}. */
  public TestPod localConfig(Path path) {
    localConfig = path.toString();
    return this;
  }

  /** Has copies of trees. */
  public TestPod withoutOverlay() {
    overlay = false;
    return this;
  }

  /** Has a terminal. */
  public TestPod interactive() {
    interactive = true;
    return this;
  }

  /** Runs with the insecure option {@code paths}. */
  public TestPod unprotected() {
    protectPaths = false;
    return this;
  }

  /** Is locked by a descriptor. */
  public TestPod lock(int descriptor) {
    lock = descriptor;
    return this;
  }

  /** Is started with a socket of systemd's. */
  public TestPod socket(ActivationSocket socket) {
    sockets.add(socket);
    return this;
  }

  /** Takes names from elsewhere. */
  public TestPod names(Stage1Call.DnsMode resolv, Stage1Call.HostsMode addresses) {
    dns = resolv;
    hosts = addresses;
    return this;
  }

  /** The pod as stage0 hands it over. */
  public Stage1Call call() {
    List<PreparedApp> prepared = new ArrayList<>();
    List<RuntimeApp> runtime = new ArrayList<>();
    for (TestApp app : apps) {
      prepared.add(app.prepared());
      runtime.add(app.prepared().runtime());
    }
    PodManifest manifest =
        new PodManifest(
            SemVer.parse("0.8.11"),
            runtime,
            volumes,
            isolators,
            annotations,
            ports,
            Map.of(),
            Map.of());
    return new Stage1Call(
        uuid,
        new PodLayout(directory),
        manifest,
        prepared,
        overlay,
        networks,
        interactive,
        "",
        dns,
        hosts,
        "",
        true,
        protectPaths,
        true,
        localConfig,
        false,
        users,
        lock,
        sockets,
        "",
        List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin"));
  }

  /** Gives it ids of its own. */
  public TestPod users(IdRange range) {
    users = range;
    return this;
  }

  /** The same pod as {@code gc} meets it. */
  public Stage1Pod pod() {
    Stage1Call call = call();
    return new Stage1Pod(uuid, call.layout(), localConfig, false, call.environment());
  }
}
