// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.MalformedException;
import io.rktj.spec.Quantity;
import io.rktj.spec.manifest.Isolator;
import java.util.Optional;

/** {@code {"name": ..., "value": ...}}; the value's form depends on the name. */
final class IsolatorJson implements ItemJson<Isolator> {
  private static final String LINUX = "os/linux/";

  @Override
  public Isolator read(JsonCursor at, Problems problems) {
    Fields fields = new Fields(at, problems);
    String name = fields.identifier("name", "\"name\" is missing").value();
    JsonCursor value = at.member("value");
    if (Isolator.Resource.isKnown(name)) {
      return resource(name, value);
    }
    if (name.equals(Isolator.SYSCTL)) {
      value.textMap();
    }
    if (!name.startsWith(LINUX)) {
      return other(name, value);
    }
    return linux(name, value);
  }

  private static Isolator linux(String name, JsonCursor value) {
    switch (name.substring(LINUX.length())) {
      case "capabilities-retain-set" -> {
        return new Isolator.Capabilities(true, value.texts("set"));
      }
      case "capabilities-remove-set" -> {
        return new Isolator.Capabilities(false, value.texts("set"));
      }
      case "seccomp-retain-set" -> {
        return new Isolator.Seccomp(true, value.texts("set"), value.optionalText("errno"));
      }
      case "seccomp-remove-set" -> {
        return new Isolator.Seccomp(false, value.texts("set"), value.optionalText("errno"));
      }
      case "no-new-privileges" -> {
        return new Isolator.NoNewPrivileges(value.bool());
      }
      case "oom-score-adj" -> {
        return new Isolator.OomScoreAdj(integer(value));
      }
      case "cpu-shares" -> {
        return new Isolator.CpuShares(integer(value));
      }
      case "selinux-context" -> {
        return new Isolator.SelinuxContext(
            value.text("user"), value.text("role"), value.text("type"), value.text("level"));
      }
      case "apparmor-profile" -> {
        return new Isolator.ApparmorProfile(value.text("profile"));
      }
      default -> {
        return other(name, value);
      }
    }
  }

  private static int integer(JsonCursor value) {
    return (int) value.integer(Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  private static Isolator other(String name, JsonCursor value) {
    return new Isolator.Other(name, JsonWriter.compact(value.json()));
  }

  private static Isolator resource(String name, JsonCursor value) {
    return new Isolator.Resource(
        name, value.bool("default", false), quantity(value, "request"), quantity(value, "limit"));
  }

  private static Optional<Quantity> quantity(JsonCursor value, String name) {
    Optional<JsonCursor> member = value.optionalMember(name);
    if (member.isEmpty()) {
      return Optional.empty();
    }
    JsonCursor place = member.get();
    try {
      return Optional.of(
          new Quantity(place.json() instanceof Json.Num number ? number.text() : place.text()));
    } catch (MalformedException e) {
      throw place.mistake(e);
    }
  }

  @Override
  public void write(JsonWriter out, Isolator isolator) {
    out.beginObject().member("name", isolator.name()).name("value");
    value(out, isolator);
    out.endObject();
  }

  private static void value(JsonWriter out, Isolator isolator) {
    if (isolator instanceof Isolator.Capabilities capabilities) {
      out.beginObject().member("set", capabilities.set()).endObject();
    } else if (isolator instanceof Isolator.Seccomp seccomp) {
      out.beginObject().member("set", seccomp.set());
      if (seccomp.errno().isPresent()) {
        out.member("errno", seccomp.errno().get());
      }
      out.endObject();
    } else if (isolator instanceof Isolator.NoNewPrivileges privileges) {
      out.bool(privileges.value());
    } else if (isolator instanceof Isolator.OomScoreAdj score) {
      out.number(score.value());
    } else if (isolator instanceof Isolator.CpuShares shares) {
      out.number(shares.value());
    } else if (isolator instanceof Isolator.SelinuxContext context) {
      out.beginObject().member("user", context.user()).member("role", context.role());
      out.member("type", context.type()).member("level", context.level()).endObject();
    } else if (isolator instanceof Isolator.ApparmorProfile profile) {
      out.beginObject().member("profile", profile.profile()).endObject();
    } else if (isolator instanceof Isolator.Resource resource) {
      resource(out, resource);
    } else if (isolator instanceof Isolator.Other other) {
      out.value(JsonReader.parse(other.json(), other.name()));
    } else {
      throw new AssertionError(isolator);
    }
  }

  private static void resource(JsonWriter out, Isolator.Resource resource) {
    out.beginObject();
    if (resource.isDefault()) {
      out.member("default", true);
    }
    if (resource.request().isPresent()) {
      out.member("request", resource.request().get().text());
    }
    if (resource.limit().isPresent()) {
      out.member("limit", resource.limit().get().text());
    }
    out.endObject();
  }
}
