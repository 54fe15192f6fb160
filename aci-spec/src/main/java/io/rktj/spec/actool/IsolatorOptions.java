// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.actool;

import io.rktj.spec.MalformedException;
import io.rktj.spec.Parameters;
import io.rktj.spec.Quantity;
import io.rktj.spec.manifest.Isolator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Isolators as the options of {@code patch-manifest} write them. */
final class IsolatorOptions {
  private static final String NO_NEW_PRIVILEGES = "os/linux/no-new-privileges";
  private static final String OOM_SCORE = "os/linux/oom-score-adj";

  private IsolatorOptions() {}

  /** {@code --capability} or {@code --revoke-capability}. */
  static Optional<Isolator> capabilities(Arguments arguments) {
    Optional<String> retained = arguments.value("capability");
    Optional<String> removed = arguments.value("revoke-capability");
    if (retained.isPresent() && removed.isPresent()) {
      throw new MalformedException("--capability and --revoke-capability cannot be used together");
    }
    if (retained.isPresent()) {
      return Optional.of(new Isolator.Capabilities(true, Parameters.split(retained.get(), ',')));
    }
    return removed.map(set -> new Isolator.Capabilities(false, Parameters.split(set, ',')));
  }

  /** {@code --seccomp-mode} with {@code --seccomp-set}. */
  static Optional<Isolator> seccomp(Arguments arguments) {
    Optional<String> mode = arguments.value("seccomp-mode");
    Optional<String> set = arguments.value("seccomp-set");
    if (mode.isEmpty() && set.isEmpty()) {
      return Optional.empty();
    }
    if (mode.isEmpty()) {
      throw new MalformedException("--seccomp-set needs --seccomp-mode");
    }
    if (set.isEmpty()) {
      throw new MalformedException("--seccomp-mode needs --seccomp-set");
    }
    Parameters parameters = Parameters.parse(mode.get());
    boolean retain = parameters.name().equals("retain");
    boolean onlyErrno =
        parameters.values().isEmpty()
            || (parameters.values().size() == 1 && parameters.values().containsKey("errno"));
    if ((!retain && !parameters.name().equals("remove")) || !onlyErrno) {
      throw new MalformedException(
          "seccomp mode must be remove|retain[,errno=E], not \"" + mode.get() + "\"");
    }
    Optional<String> errno = Optional.ofNullable(parameters.values().get("errno"));
    return Optional.of(new Isolator.Seccomp(retain, Parameters.split(set.get(), ','), errno));
  }

  /** {@code --isolators}. */
  static List<Isolator> added(Arguments arguments) {
    List<Isolator> isolators = new ArrayList<>();
    if (arguments.value("isolators").isPresent()) {
      for (String text : Parameters.split(arguments.value("isolators").get(), ':')) {
        isolators.add(parse(text));
      }
    }
    return isolators;
  }

  private static Isolator parse(String text) {
    int comma = text.indexOf(',');
    String name = comma < 0 ? text : text.substring(0, comma);
    String value = comma < 0 ? "" : text.substring(comma + 1);
    if (Isolator.Resource.isKnown(name)) {
      return resource(name, Parameters.parse(text).values());
    }
    if (name.equals(NO_NEW_PRIVILEGES)) {
      return new Isolator.NoNewPrivileges(Parameters.bool(value));
    }
    if (name.equals(OOM_SCORE)) {
      boolean negative = value.startsWith("-");
      int score = Parameters.integer(name, negative ? value.substring(1) : value, 1000);
      return new Isolator.OomScoreAdj(negative ? -score : score);
    }
    throw new MalformedException("isolator " + name + " is not supported for patching");
  }

  private static Isolator resource(String name, Map<String, String> values) {
    for (String key : values.keySet()) {
      if (!List.of("default", "request", "limit").contains(key)) {
        throw new MalformedException("unknown isolator parameter \"" + key + "\"");
      }
    }
    boolean isDefault = values.containsKey("default") && Parameters.bool(value(values, "default"));
    return new Isolator.Resource(
        name, isDefault, quantity(values, "request"), quantity(values, "limit"));
  }

  private static Optional<Quantity> quantity(Map<String, String> values, String key) {
    return values.containsKey(key)
        ? Optional.of(Quantity.parse(value(values, key)))
        : Optional.empty();
  }

  private static String value(Map<String, String> values, String key) {
    return values.getOrDefault(key, "");
  }
}
