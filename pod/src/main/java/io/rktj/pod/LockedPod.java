// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import io.rktj.linux.DirectoryLock;
import io.rktj.spec.Uuid;

/**
 * Proof that this process holds a pod's lock exclusively, so that nobody else moves it. Made by
 * {@link PodStore} only. Closing gives the pod back as it is: one being prepared is then an aborted
 * one.
 */
public final class LockedPod implements AutoCloseable {
  private final Uuid uuid;
  private final DirectoryLock lock;
  private PodDirectory where;
  private PodLayout layout;

  LockedPod(Uuid uuid, PodDirectory where, PodLayout layout, DirectoryLock lock) {
    this.uuid = uuid;
    this.where = where;
    this.layout = layout;
    this.lock = lock;
  }

  /** The pod's identity. */
  public Uuid uuid() {
    return uuid;
  }

  /** The directory it is in now. */
  public PodDirectory where() {
    return where;
  }

  /** Its paths where it is now. */
  public PodLayout layout() {
    return layout;
  }

  /** The lock; its descriptor is what a stage1 must keep open for as long as the pod runs. */
  public DirectoryLock lock() {
    return lock;
  }

  void movedTo(PodDirectory target, PodLayout targetLayout) {
    where = target;
    layout = targetLayout;
  }

  /** Gives the lock back. */
  @Override
  public void close() {
    lock.close();
  }
}
