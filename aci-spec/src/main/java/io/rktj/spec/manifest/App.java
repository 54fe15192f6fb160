// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.HostText;
import io.rktj.spec.MalformedException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an image runs: the {@code app} section of a manifest, valid by every rule of the appc spec,
 * image manifest schema. Maps keep the document's order.
 */
public record App(
    List<String> exec,
    String user,
    String group,
    List<Integer> supplementaryGids,
    List<EventHandler> eventHandlers,
    Optional<String> workingDirectory,
    List<EnvironmentVariable> environment,
    List<Isolator> isolators,
    List<MountPoint> mountPoints,
    List<Port> ports,
    Map<String, String> userAnnotations,
    Map<String, String> userLabels) {

  /** Checks the rules and copies the lists. */
  public App {
    exec = List.copyOf(exec);
    supplementaryGids = List.copyOf(supplementaryGids);
    eventHandlers = List.copyOf(eventHandlers);
    environment = List.copyOf(environment);
    isolators = IsolatorRules.checkedForApp(isolators);
    mountPoints = List.copyOf(mountPoints);
    ports = List.copyOf(ports);
    userAnnotations = Collections.unmodifiableMap(new LinkedHashMap<>(userAnnotations));
    userLabels = Collections.unmodifiableMap(new LinkedHashMap<>(userLabels));
    EventHandler.requireArguments(exec);
    requireIdentity("user", user);
    requireIdentity("group", group);
    for (int gid : supplementaryGids) {
      if (gid < 0) {
        throw new MalformedException("supplementaryGIDs must not be negative");
      }
    }
    requireDistinctEvents(eventHandlers);
    if (workingDirectory.isPresent()) {
      requireAbsolute(workingDirectory.get());
    }
    requireDistinctVariables(environment);
  }

  /** A builder that starts from this app. */
  public AppBuilder edit() {
    return new AppBuilder(this);
  }

  private static void requireIdentity(String what, String value) {
    if (value.isEmpty()) {
      throw new MalformedException(what + " is required");
    }
    HostText.requirePrintable(what, value);
  }

  private static void requireAbsolute(String directory) {
    if (!directory.startsWith("/")) {
      throw new MalformedException("workingDirectory must be an absolute path");
    }
    HostText.requirePrintable("workingDirectory", directory);
  }

  private static void requireDistinctEvents(List<EventHandler> handlers) {
    for (int i = 0; i < handlers.size(); i++) {
      EventHandler.Event event = handlers.get(i).event();
      for (int j = 0; j < i; j++) {
        if (handlers.get(j).event() == event) {
          throw new MalformedException(
              "Only one eventHandler of name \"" + event.text() + "\" allowed");
        }
      }
    }
  }

  private static void requireDistinctVariables(List<EnvironmentVariable> variables) {
    for (int i = 0; i < variables.size(); i++) {
      String name = variables.get(i).name();
      for (int j = 0; j < i; j++) {
        if (variables.get(j).name().equals(name)) {
          throw new MalformedException("duplicate environment variable of name \"" + name + "\"");
        }
      }
    }
  }
}
