// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

/** What a pod is doing: its directory together with its lock ({@link PodDirectory#state}). */
public enum PodState {
  /** Being made. */
  EMBRYO("embryo"),
  /** Being prepared. */
  PREPARING("preparing"),
  /** Its preparation ended half-way. */
  ABORTED_PREPARE("aborted prepare"),
  /** Ready to be run. */
  PREPARED("prepared"),
  /** Running. */
  RUNNING("running"),
  /** Never ran, being removed. */
  DELETING("deleting"),
  /** Has run, being removed. */
  EXITED_DELETING("exited deleting"),
  /** Has run. */
  EXITED("exited"),
  /** Has run, to be removed. */
  EXITED_GARBAGE("exited garbage"),
  /** Never ran, to be removed. */
  GARBAGE("garbage");

  private final String text;

  PodState(String text) {
    this.text = text;
  }

  /** The words that {@code rkt list} and {@code rkt status} show. */
  public String text() {
    return text;
  }

  /** Whether the pod has run, or runs. */
  public boolean hasStarted() {
    return this == RUNNING || hasExited();
  }

  /** Whether the pod has run and does no more. */
  public boolean hasExited() {
    return this == EXITED || this == EXITED_GARBAGE || this == EXITED_DELETING;
  }
}
