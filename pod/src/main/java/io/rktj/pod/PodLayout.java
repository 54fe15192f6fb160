// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import io.rktj.spec.AcName;
import io.rktj.spec.Uuid;
import java.nio.file.Path;

/**
 * Every path inside one pod directory ({@code spec/rkt-cli.md} section 6.2); no other class joins
 * them. The stage1 root of our own flavours is a plain directory, also where apps are overlays, so
 * what stage1 writes is always below {@link #stage1Rootfs}; for one that came as an image see
 * {@link Stage1Root}.
 *
 * @param directory absolute path of the pod directory, {@code DIR/pods/STATE/UUID}
 * @param stage1Rootfs root of the stage1 file system, as the host sees it
 */
public record PodLayout(Path directory, Path stage1Rootfs) {
  /** The paths of a pod whose stage1 root is where it belongs. */
  public PodLayout(Path directory) {
    this(directory, directory.resolve("stage1/rootfs"));
  }

  /** The pod manifest, JSON. */
  public Path manifest() {
    return at("pod");
  }

  /** An empty file whose modification time is the pod's creation. */
  public Path created() {
    return at("pod-created");
  }

  /** Locked by those who change the manifest of a mutable pod. */
  public Path manifestLock() {
    return at("pod.lck");
  }

  /** There if app roots are overlays. */
  public Path overlayPrepared() {
    return at("overlay-prepared");
  }

  /** {@code SHIFT:COUNT} of the pod's user namespace; missing without one. */
  public Path privateUsersPrepared() {
    return at("private-users-prepared");
  }

  /** Name of the tree that the stage1 root was made from. */
  public Path stage1TreeStoreId() {
    return at("stage1TreeStoreID");
  }

  /** Holds the stage1 image's manifest and root. */
  public Path stage1Directory() {
    return at("stage1");
  }

  /** The stage1 image's manifest. */
  public Path stage1Manifest() {
    return at("stage1/manifest");
  }

  /** What stage0 has written for {@code /etc/resolv.conf}. */
  public Path resolvConf() {
    return inStage1("etc/rkt-resolv.conf");
  }

  /** What stage0 has written for {@code /etc/hosts}. */
  public Path hosts() {
    return inStage1("etc/rkt-hosts");
  }

  /** Holds a directory for each app's image manifest and tree. */
  public Path appsInfo() {
    return at("appsinfo");
  }

  /** Holds what is known of one app's image. */
  public Path appInfo(AcName app) {
    return at("appsinfo/" + app.value());
  }

  /** The app's image manifest. */
  public Path appInfoManifest(AcName app) {
    return at("appsinfo/" + app.value() + "/manifest");
  }

  /** Name of the app's rendered tree; only with overlays. */
  public Path appTreeStoreId(AcName app) {
    return at("appsinfo/" + app.value() + "/treeStoreID");
  }

  /** Holds the directories of all apps. */
  public Path apps() {
    return inStage1("opt/stage2");
  }

  /** What the app has written over its root, told by its virtual machine when that ended. */
  public Path left(AcName app) {
    return at("left/" + app.value());
  }

  /** The app's directory below the stage1 root. */
  public Path appDirectory(AcName app) {
    return inStage1("opt/stage2/" + app.value());
  }

  /** The app's image manifest as stage1 sees it. */
  public Path appManifest(AcName app) {
    return inStage1("opt/stage2/" + app.value() + "/manifest");
  }

  /** Root of the app's file system: a mount point with overlays, otherwise the app's own copy. */
  public Path appRootfs(AcName app) {
    return inStage1("opt/stage2/" + app.value() + "/rootfs");
  }

  /** Holds the writable layers of all overlays. */
  public Path overlays() {
    return at("overlay");
  }

  /** Holds the writable layers over one tree. */
  public Path overlay(String treeId) {
    return at("overlay/" + treeId);
  }

  /** The app's writable layer. */
  public Path overlayUpper(String treeId, AcName app) {
    return at("overlay/" + treeId + "/upper/" + app.value());
  }

  /** The work directory that belongs to {@link #overlayUpper}. */
  public Path overlayWork(String treeId, AcName app) {
    return at("overlay/" + treeId + "/work/" + app.value());
  }

  /** Holds the volumes of kind empty. */
  public Path sharedVolumes() {
    return at("sharedVolumes");
  }

  /** A volume of kind empty. */
  public Path sharedVolume(AcName name) {
    return at("sharedVolumes/" + name.value());
  }

  /** Id of the process that runs a stage1 which came as an image (our own). */
  public Path stage1Process() {
    return at("stage1-pid");
  }

  /** Id of the process to enter; modification time is the pod's start. */
  public Path pid() {
    return at("pid");
  }

  /** Id of the process whose only child is the one to enter. */
  public Path ppid() {
    return at("ppid");
  }

  /** Id of the process group to stop; only written by flavours without a supervisor. */
  public Path pgid() {
    return at("pgid");
  }

  /** What a stage1 keeps for itself. */
  public Path runtimeConfig() {
    return at("runtime-config");
  }

  /** The networks the pod has joined, JSON; {@code null} for none. */
  public Path netInfo() {
    return at("net-info.json");
  }

  /** Holds the configuration of each network the pod has joined. */
  public Path netDirectory() {
    return at("net");
  }

  /** Where the pod's network namespace is mounted. */
  public Path netns() {
    return at("netns");
  }

  /** Socket at which pod-init answers visitors. */
  public Path control() {
    return at("control");
  }

  /** Path of the pod's control group. */
  public Path subcgroup() {
    return at("subcgroup");
  }

  /** Absolute paths of every control group of the pod, one in a line, parents first. */
  public Path controlGroups() {
    return at("cgroups");
  }

  /** A symbolic link whose text is the flavour's name. */
  public Path flavour() {
    return at("flavor");
  }

  /** File that says how the pod's machine runs, written once it does (our own). */
  public Path hypervisor() {
    return directory.resolve("hypervisor");
  }

  /** There if the pod is registered with the metadata service. */
  public Path metadataRegistered() {
    return at("mds-registered");
  }

  /** Holds each app's log. */
  public Path logs() {
    return at("logs");
  }

  /** What the app has written to its output and error streams. */
  public Path log(AcName app) {
    return at("logs/" + app.value());
  }

  /** Holds what stage1 and stage0 share of a running pod. */
  public Path exchange() {
    return inStage1("rkt");
  }

  /** Holds each app's exit status. */
  public Path statuses() {
    return inStage1("rkt/status");
  }

  /** The app's exit status; there once it has ended. */
  public Path status(AcName app) {
    return inStage1("rkt/status/" + app.value());
  }

  /** Its modification time is when the app was added. */
  public Path statusCreated(AcName app) {
    return inStage1("rkt/status/" + app.value() + "-created");
  }

  /** Its modification time is when the app was started. */
  public Path statusStarted(AcName app) {
    return inStage1("rkt/status/" + app.value() + "-started");
  }

  /** Holds each app's environment. */
  public Path environments() {
    return inStage1("rkt/env");
  }

  /** The app's environment, one {@code NAME=VALUE} in a line. */
  public Path environment(AcName app) {
    return inStage1("rkt/env/" + app.value());
  }

  /** A symbolic link that says {@code ready} once the supervisor is. */
  public Path supervisorStatus() {
    return inStage1("rkt/supervisor-status");
  }

  /** The pod's identity, which is its directory's name. */
  public Uuid uuid() {
    return Uuid.parse(directory.getFileName().toString());
  }

  private Path inStage1(String path) {
    return stage1Rootfs.resolve(path);
  }

  private Path at(String path) {
    return directory.resolve(path);
  }
}
