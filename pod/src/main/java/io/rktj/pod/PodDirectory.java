// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

/**
 * The directory below {@code DIR/pods} that a pod is in, in the order in which pods move: a pod
 * only ever moves to one further down ({@code spec/rkt-cli.md} section 6.3).
 */
public enum PodDirectory {
  /** Being made; nothing in it counts. */
  EMBRYO("embryo", PodState.EMBRYO, PodState.EMBRYO),
  /** Being filled by the holder of its lock. */
  PREPARE("prepare", PodState.ABORTED_PREPARE, PodState.PREPARING),
  /** Complete, waiting to be run. */
  PREPARED("prepared", PodState.PREPARED, PodState.PREPARED),
  /** Runs exactly as long as it is locked. */
  RUN("run", PodState.EXITED, PodState.RUNNING),
  /** Has run and is marked for removal; its directory's change time is that of the mark. */
  EXITED_GARBAGE("exited-garbage", PodState.EXITED_GARBAGE, PodState.EXITED_DELETING),
  /** Has never run and is marked for removal. */
  GARBAGE("garbage", PodState.GARBAGE, PodState.DELETING);

  private final String directoryName;
  private final PodState unlocked;
  private final PodState locked;

  PodDirectory(String directoryName, PodState unlocked, PodState locked) {
    this.directoryName = directoryName;
    this.unlocked = unlocked;
    this.locked = locked;
  }

  /** Its name below {@code DIR/pods}. */
  public String directoryName() {
    return directoryName;
  }

  /** The state of a pod in it, by whether the pod is locked exclusively. */
  public PodState state(boolean isLocked) {
    return isLocked ? locked : unlocked;
  }
}
