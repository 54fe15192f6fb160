// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.linux.DirectoryMaker;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.linux.ProcessImage;
import io.rktj.linux.RootFiles;
import io.rktj.linux.SmallFiles;
import io.rktj.pod.HostException;
import io.rktj.pod.PodLayout;
import io.rktj.pod.Stage1Root;
import io.rktj.spec.AcName;
import io.rktj.spec.json.ImageManifestJson;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.stage1.ActivationSocket;
import io.rktj.stage1.Endpoint;
import io.rktj.stage1.Notices;
import io.rktj.stage1.PreparedApp;
import io.rktj.stage1.Stage1;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.Stage1Pod;
import io.rktj.stage1.StandardStreams;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A stage1 that came as an image and keeps rkt's interface ({@code spec/rkt-cli.md} section 10).
 * Its entry points are called by way of pod-init, which gives them the pod's roots in a mount name
 * space of their own: nothing is mounted on the host. Differs from rkt, whose mounts the host keeps
 * until {@code gc}.
 */
public final class ImageStage1 implements Stage1 {
  private static final String RUN = "run";
  private static final String STATUS = "rkt/status/";
  private static final int NEWEST_INTERFACE = 6;
  private static final int FILE_MODE = 0640;
  private static final int DIRECTORY_MODE = 0755;
  private static final int NOT_LOADED = 5;

  private final Kernel kernel;
  private final Stage1Image image;
  private final EntryPoints entries;
  private final RootLayers layers;
  private final EntryWords calls;

  /** The stage1 that {@code image} is. */
  public ImageStage1(Kernel kernel, Stage1Image image) {
    this.kernel = kernel;
    this.image = image;
    entries = new EntryPoints(kernel, image);
    layers = new RootLayers(kernel, image);
    calls = new EntryWords(kernel, entries, layers);
  }

  @Override
  public String flavour() {
    return image.name();
  }

  @Override
  public int interfaceVersion() {
    return image.interfaceVersion();
  }

  @Override
  public void requireUsable() {
    if (interfaceVersion() < 1 || interfaceVersion() > NEWEST_INTERFACE) {
      throw new Stage1Exception(
          "stage1 image \""
              + image.name()
              + "\" has interface version "
              + interfaceVersion()
              + ": 1 to "
              + NEWEST_INTERFACE
              + " are known");
    }
    entries.program(RUN);
  }

  @Override
  public String treeId() {
    return image.treeId();
  }

  /** The variables in which they are passed on are for the image to read. */
  @Override
  public boolean takesMachineFlags() {
    return true;
  }

  @Override
  public boolean takesApps() {
    return entries.has("app/rm") && entries.has("app/start") && entries.has("app/stop");
  }

  @Override
  public PodLayout layout(PodLayout pod, boolean overlay) {
    return overlay ? Stage1Root.onOverlay(pod, image.treeId()) : pod;
  }

  /**
   * Notes the image in a pod that is being prepared. Where roots are copies, the tree is copied by
   * the caller, before any app.
   */
  public void place(PodLayout layout) {
    byte[] manifest = ImageManifestJson.write(image.manifest()).getBytes(UTF_8);
    try {
      DirectoryMaker.make(kernel, layout.stage1Directory().toString(), DIRECTORY_MODE);
      SmallFiles.write(kernel, layout.stage1Manifest().toString(), manifest, FILE_MODE);
      byte[] tree = image.treeId().getBytes(UTF_8);
      SmallFiles.write(kernel, layout.stage1TreeStoreId().toString(), tree, FILE_MODE);
    } catch (ErrnoException e) {
      throw new HostException("cannot prepare stage1 of pod \"" + layout.uuid() + "\"", e);
    }
  }

  /** Which app gets which socket is for the image to say. */
  @Override
  public boolean takesSockets() {
    return true;
  }

  @Override
  public ProcessImage run(Stage1Call call, Notices notices) {
    PodLayout layout = call.layout();
    List<String> words = new ArrayList<>(List.of("image-run", layout.directory().toString()));
    try {
      DirectoryMaker.make(kernel, layout.stage1Rootfs().toString(), DIRECTORY_MODE);
      words.addAll(layers.root(layout, call.overlay()));
      for (PreparedApp app : call.apps()) {
        words.add(app.runtime().name().value());
        words.addAll(layers.app(layout, app, call.overlay()));
      }
    } catch (ErrnoException e) {
      throw new HostException("cannot make the roots of pod \"" + call.uuid() + "\"", e);
    }
    words.add("--");
    words.add(entries.program(RUN));
    words.add(layout.stage1Rootfs() + rooted(entries.path(RUN)));
    words.addAll(RunWords.of(call, interfaceVersion()));
    List<String> environment = EntryWords.callersOwn(call.environment());
    environment.add("RKT_LOCK_FD=" + call.lockFd());
    environment.add("RKT_SELINUX_CONTEXT=");
    environment.add("RKT_SELINUX_MOUNT_CONTEXT=");
    List<Integer> inherit = new ArrayList<>(List.of(call.lockFd()));
    for (ActivationSocket socket : call.sockets()) {
      inherit.add(socket.fd());
    }
    return EntryWords.process(layout, words, environment, inherit);
  }

  @Override
  public ProcessImage enter(Stage1Pod pod, String app, List<String> command) {
    List<String> words =
        new ArrayList<>(List.of("--pid=" + EntryCall.pid(kernel, pod), "--appname=" + app, "--"));
    words.addAll(command);
    return EntryWords.process(
        pod.layout(),
        calls.running(pod, "enter", words),
        EntryWords.callersOwn(pod.environment()),
        List.of());
  }

  @Override
  public ProcessImage attach(
      Stage1Pod pod, AcName app, Set<Endpoint> endpoints, StandardStreams streams) {
    return attach(pod, app, EntryWords.attach(endpoints, streams));
  }

  @Override
  public Optional<ProcessImage> endpoints(Stage1Pod pod, AcName app) {
    return Optional.of(attach(pod, app, List.of("--action=list")));
  }

  private ProcessImage attach(Stage1Pod pod, AcName app, List<String> action) {
    if (!entries.has("attach")) {
      throw new Stage1Exception(
          "rkt attach not implemented for pod's stage1",
          new Stage1Exception("entrypoint \"attach\" not found"));
    }
    List<String> words = new ArrayList<>(action);
    words.add("--app=" + app);
    words.add("--debug=" + pod.debug());
    return EntryWords.process(
        pod.layout(), calls.running(pod, "attach", words), calls.crossing(pod, app), List.of());
  }

  @Override
  public void stop(Stage1Pod pod, boolean force) {
    if (!entries.has("stop")) {
      throw new Stage1Exception(
          "rkt stop not implemented for pod's stage1",
          new Stage1Exception("entrypoint \"stop\" not found"));
    }
    List<String> words = new ArrayList<>();
    if (force) {
      words.add("--force");
    }
    words.add(pod.uuid().toString());
    EntryCall.require("stop", call(pod, calls.running(pod, "stop", words)).run());
  }

  @Override
  public void gc(Stage1Pod pod, Notices notices) {
    List<String> words = new ArrayList<>();
    if (pod.debug()) {
      words.add("--debug");
    }
    if (interfaceVersion() >= 5) {
      words.add("--local-config=" + pod.localConfig());
    }
    words.add(pod.uuid().toString());
    EntryCall.require("gc", call(pod, calls.ended(pod, "gc", words)).quiet().run());
  }

  @Override
  public void addApp(
      Stage1Pod pod, PodManifest manifest, PreparedApp app, boolean overlay, Notices notices) {
    AcName name = app.runtime().name();
    entries.program("app/add");
    List<String> words = new ArrayList<>(List.of("image-add"));
    words.addAll(calls.processOf(pod));
    words.add(name.value());
    try {
      words.addAll(layers.app(pod.layout(), app, overlay));
      RootFiles.touch(kernel, rootOf(pod), STATUS + name + "-created");
    } catch (ErrnoException e) {
      throw new HostException("cannot make the root of app \"" + name + "\"", e);
    }
    EntryCall.require("app/add", call(pod, words).run());
    List<String> flags = List.of("--debug=" + pod.debug(), "--uuid=" + pod.uuid());
    EntryCall.require("app/add", cross(pod, "app/add", flags, name));
  }

  @Override
  public void startApp(Stage1Pod pod, AcName app) {
    try {
      RootFiles.touch(kernel, rootOf(pod), STATUS + app + "-started");
      RootFiles.remove(kernel, rootOf(pod), STATUS + app);
    } catch (ErrnoException e) {
      throw new HostException("cannot note the start of app \"" + app + "\"", e);
    }
    EntryCall.require("app/start", cross(pod, "app/start", debug(pod), app));
  }

  @Override
  public void stopApp(Stage1Pod pod, AcName app) {
    int status = cross(pod, "app/stop", debug(pod), app);
    if (status != NOT_LOADED) { // systemctl's word for one that does not run
      EntryCall.require("app/stop", status);
    }
  }

  @Override
  public void removeApp(Stage1Pod pod, AcName app, Notices notices) {
    EntryCall.require("app/rm", cross(pod, "app/rm", debug(pod), app));
    List<String> words = new ArrayList<>(List.of("image-remove"));
    words.addAll(calls.processOf(pod));
    words.add(app.value());
    EntryCall.require("app/rm", call(pod, words).run());
  }

  /** The stage1 root as the host sees it. */
  private String rootOf(Stage1Pod pod) {
    return Stage1Root.find(kernel, pod.layout()).stage1Rootfs().toString();
  }

  private static List<String> debug(Stage1Pod pod) {
    return List.of("--debug=" + pod.debug());
  }

  /** A crossing entry point, which reaches into the pod by way of {@code enter}. */
  private int cross(Stage1Pod pod, String entry, List<String> flags, AcName app) {
    List<String> words = new ArrayList<>(flags);
    words.add("--app=" + app);
    return new EntryCall(calls.running(pod, entry, words), calls.crossing(pod, app)).run();
  }

  private EntryCall call(Stage1Pod pod, List<String> words) {
    return new EntryCall(words, EntryWords.callersOwn(pod.environment()));
  }

  private static String rooted(String path) {
    return path.startsWith("/") ? path : "/" + path;
  }
}
