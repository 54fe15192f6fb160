// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/** A JSON document as an immutable tree; the order of members and the text of numbers are kept. */
public sealed interface Json {
  /** What a reader calls this kind of value, such as {@code object}. */
  String kind();

  /** An object; names are unique. */
  record Obj(List<Member> members) implements Json {
    /** Copies its list. */
    public Obj {
      members = List.copyOf(members);
    }

    /** The value of the member {@code name}. */
    public Optional<Json> get(String name) {
      for (Member member : members) {
        if (member.name().equals(name)) {
          return Optional.of(member.value());
        }
      }
      return Optional.empty();
    }

    @Override
    public String kind() {
      return "object";
    }
  }

  /** One member of an object. */
  record Member(String name, Json value) {
    /** Checks its parts. */
    public Member {
      requireNonNull(name, "name is null");
      requireNonNull(value, "value is null");
    }
  }

  /** An array. */
  record Arr(List<Json> items) implements Json {
    /** Copies its list. */
    public Arr {
      items = List.copyOf(items);
    }

    @Override
    public String kind() {
      return "array";
    }
  }

  /** A string. */
  record Str(String value) implements Json {
    /** Checks its part. */
    public Str {
      requireNonNull(value, "value is null");
    }

    @Override
    public String kind() {
      return "string";
    }
  }

  /** A number, as written; never widened to a binary or big form. */
  record Num(String text) implements Json {
    /** Checks its part. */
    public Num {
      requireNonNull(text, "text is null");
    }

    @Override
    public String kind() {
      return "number";
    }
  }

  /** A boolean. */
  record Bool(boolean value) implements Json {
    @Override
    public String kind() {
      return "boolean";
    }
  }

  /** The value {@code null}. */
  record Null() implements Json {
    @Override
    public String kind() {
      return "null";
    }
  }
}
