// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.pod.HostException;
import io.rktj.spec.AcName;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.Stage1Pod;

/** What the first process of a mutable pod is asked for an app; what it refuses is thrown. */
public final class AppRequests {
  private static final byte[] NOTHING = {};

  private AppRequests() {}

  /** Takes in the app of a plan. */
  public static void add(Stage1Pod pod, AcName app, byte[] plan) {
    add(pod, "add", app, plan);
  }

  /** The same where the pod is in a virtual machine; the plan is a {@link MachineAppPlan}. */
  public static void addInMachine(Stage1Pod pod, AcName app, byte[] plan) {
    add(pod, "add-in-machine", app, plan);
  }

  private static void add(Stage1Pod pod, String verb, AcName app, byte[] plan) {
    switch (PodInit.ask(pod, verb, app, plan)) {
      case DONE -> {}
      case APP_EXISTS ->
          throw new Stage1Exception("stage1: app \"" + app + "\" is in the pod already");
      default -> throw new Stage1Exception("stage1: cannot add app \"" + app + "\"");
    }
  }

  /** Starts an app and waits until it runs. */
  public static void start(Stage1Pod pod, AcName app) {
    switch (PodInit.ask(pod, "start", app, NOTHING)) {
      case DONE -> {}
      case NO_APP -> throw missing(pod, app);
      default -> throw new HostException("\"" + app + "\" failed to start");
    }
  }

  /** Stops an app and waits until it has ended. */
  public static void stop(Stage1Pod pod, AcName app) {
    switch (PodInit.ask(pod, "stop", app, NOTHING)) {
      case DONE -> {}
      case NO_APP -> throw missing(pod, app);
      default -> throw new HostException("cannot stop app \"" + app + "\"");
    }
  }

  /** Takes an app out of the pod, if it is there. */
  public static void remove(Stage1Pod pod, AcName app) {
    remove(pod, "rm", app);
  }

  /** The same where the pod is in a virtual machine. */
  public static void removeInMachine(Stage1Pod pod, AcName app) {
    remove(pod, "rm-in-machine", app);
  }

  private static void remove(Stage1Pod pod, String verb, AcName app) {
    switch (PodInit.ask(pod, verb, app, NOTHING)) {
      case DONE, NO_APP -> {}
      default -> throw new HostException("cannot remove app \"" + app + "\"");
    }
  }

  private static Stage1Exception missing(Stage1Pod pod, AcName app) {
    return new Stage1Exception(
        "stage1: app \"" + app + "\" is not known to pod \"" + pod.uuid() + "\": remove it");
  }
}
