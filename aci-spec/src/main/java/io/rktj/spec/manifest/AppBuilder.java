// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Collects the parts of an {@link App}; the rules are checked at {@link #build}. */
public final class AppBuilder {
  private List<String> exec = List.of();
  private String user;
  private String group;
  private List<Integer> supplementaryGids = List.of();
  private List<EventHandler> eventHandlers = List.of();
  private Optional<String> workingDirectory = Optional.empty();
  private List<EnvironmentVariable> environment = List.of();
  private List<Isolator> isolators = List.of();
  private List<MountPoint> mountPoints = List.of();
  private List<Port> ports = List.of();
  private Map<String, String> userAnnotations = Map.of();
  private Map<String, String> userLabels = Map.of();

  /** An app of which only the required parts are known. */
  public AppBuilder(String user, String group) {
    this.user = user;
    this.group = group;
  }

  AppBuilder(App app) {
    this(app.user(), app.group());
    exec = app.exec();
    supplementaryGids = app.supplementaryGids();
    eventHandlers = app.eventHandlers();
    workingDirectory = app.workingDirectory();
    environment = app.environment();
    isolators = app.isolators();
    mountPoints = app.mountPoints();
    ports = app.ports();
    userAnnotations = app.userAnnotations();
    userLabels = app.userLabels();
  }

  /** The program and its arguments. */
  public AppBuilder exec(List<String> value) {
    exec = value;
    return this;
  }

  /** The user, by name, number or path. */
  public AppBuilder user(String value) {
    user = value;
    return this;
  }

  /** The group, by name, number or path. */
  public AppBuilder group(String value) {
    group = value;
    return this;
  }

  /** Further groups. */
  public AppBuilder supplementaryGids(List<Integer> value) {
    supplementaryGids = value;
    return this;
  }

  /** What runs before and after. */
  public AppBuilder eventHandlers(List<EventHandler> value) {
    eventHandlers = value;
    return this;
  }

  /** An absolute path; empty for the default. */
  public AppBuilder workingDirectory(String value) {
    workingDirectory = value.isEmpty() ? Optional.empty() : Optional.of(value);
    return this;
  }

  /** The variables. */
  public AppBuilder environment(List<EnvironmentVariable> value) {
    environment = value;
    return this;
  }

  /** The restrictions. */
  public AppBuilder isolators(List<Isolator> value) {
    isolators = value;
    return this;
  }

  /** Where volumes are wanted. */
  public AppBuilder mountPoints(List<MountPoint> value) {
    mountPoints = value;
    return this;
  }

  /** Where it listens. */
  public AppBuilder ports(List<Port> value) {
    ports = value;
    return this;
  }

  /** Free notes. */
  public AppBuilder userAnnotations(Map<String, String> value) {
    userAnnotations = value;
    return this;
  }

  /** Free labels. */
  public AppBuilder userLabels(Map<String, String> value) {
    userLabels = value;
    return this;
  }

  /** The app, if it keeps the rules. */
  public App build() {
    return new App(
        exec,
        user,
        group,
        supplementaryGids,
        eventHandlers,
        workingDirectory,
        environment,
        isolators,
        mountPoints,
        ports,
        userAnnotations,
        userLabels);
  }
}
