// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1;

import io.rktj.linux.ProcessImage;
import io.rktj.pod.PodLayout;
import io.rktj.spec.AcName;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.spec.manifest.Volume;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A flavour of sandbox, built in: the same entry points that a stage1 image names in its
 * annotations, called in stage0's own JVM (decision of record in {@code docs/architecture.md}).
 * Implementations have a public constructor without arguments.
 */
public interface Stage1 {
  /** The flavour's name, as in {@code stage1-NAME}. */
  String flavour();

  /** The tree of the store that the pod's own root is made of; empty for built-in flavours. */
  default String treeId() {
    return "";
  }

  /** Version of rkt's stage1 interface whose run arguments it understands. */
  int interfaceVersion();

  /** Refuses if it cannot run any pod here; asked before there is one. */
  void requireUsable();

  /**
   * Refuses what no pod of this flavour can have; asked before there is one.
   *
   * @param networks entries of {@code --net}
   * @param ipc word of {@code --ipc}, empty if there was none
   */
  default void requirePossible(List<String> networks, String ipc) {}

  /** Refuses volumes that no pod of this flavour can have; asked before there is one. */
  default void requireVolumes(List<Volume> volumes) {}

  /**
   * Whether all is there that pods of this flavour share, such as a kernel; refuses what cannot be
   * had at all. Asked before there is a pod.
   *
   * @param data the data directory
   * @param environment the caller's variables
   */
  default boolean isReady(Path data, List<String> environment) {
    return true;
  }

  /** Makes what {@link #isReady} has found missing, in a JVM that is set up for work. */
  default void makeReady(Path data, List<String> environment, Notices notices) {}

  /** Whether what flags say of machines means something to it. */
  default boolean takesMachineFlags() {
    return false;
  }

  /** Whether apps can have sockets that systemd has opened on the host. */
  default boolean takesSockets() {
    return false;
  }

  /** Whether pods can have user name spaces of their own. */
  default boolean takesPrivateUsers() {
    return false;
  }

  /**
   * The pod's paths, with the root of stage1 where stage0 writes what this flavour is to find.
   *
   * @param overlay whether roots are overlays
   */
  default PodLayout layout(PodLayout pod, boolean overlay) {
    return pod;
  }

  /**
   * Entry point {@code run}: decides the pod, makes what must be made on the host (network), and
   * returns the program to become. The pod's lock descriptor stays open in it.
   */
  ProcessImage run(Stage1Call call, Notices notices);

  /** Entry point {@code enter}: the program to become so that {@code command} runs in the app. */
  ProcessImage enter(Stage1Pod pod, String app, List<String> command);

  /**
   * Entry point {@code attach}: the program to become so that the caller's standard streams are
   * joined to those of an app.
   *
   * @param streams how those of the app are set up
   */
  default ProcessImage attach(
      Stage1Pod pod, AcName app, Set<Endpoint> endpoints, StandardStreams streams) {
    throw new Stage1Exception(
        "stage1 \"stage1-" + flavour() + "\" does not support attachable I/O");
  }

  /**
   * Entry point {@code attach} with the action {@code list}: the program to become that prints an
   * app's endpoints; empty where they are just those that the app's manifest says.
   */
  default Optional<ProcessImage> endpoints(Stage1Pod pod, AcName app) {
    return Optional.empty();
  }

  /** Entry point {@code stop}: asks the pod to end, or kills it; returns at once. */
  void stop(Stage1Pod pod, boolean force);

  /** Whether there can be pods of this flavour whose apps come and go while they run. */
  default boolean takesApps() {
    return false;
  }

  /**
   * Entry point {@code app/add}: takes {@code app} into a running mutable pod, where it then is
   * ready to be started.
   *
   * @param manifest the pod's manifest, which has the app already
   */
  default void addApp(
      Stage1Pod pod, PodManifest manifest, PreparedApp app, boolean overlay, Notices notices) {
    throw immutable();
  }

  /** Entry point {@code app/start}: starts an app again or for the first time, and waits for it. */
  default void startApp(Stage1Pod pod, AcName app) {
    throw immutable();
  }

  /** Entry point {@code app/stop}: asks an app to end, and waits until it has. */
  default void stopApp(Stage1Pod pod, AcName app) {
    throw immutable();
  }

  /**
   * Entry point {@code app/rm}: takes an app that has ended out of the running pod; one that is not
   * there any more is nothing to complain about.
   */
  default void removeApp(Stage1Pod pod, AcName app, Notices notices) {
    throw immutable();
  }

  private Stage1Exception immutable() {
    return new Stage1Exception("stage1 \"stage1-" + flavour() + "\" does not support mutable pods");
  }

  /** Entry point {@code gc}: gives back what the pod holds on the host; may be repeated. */
  void gc(Stage1Pod pod, Notices notices);
}
