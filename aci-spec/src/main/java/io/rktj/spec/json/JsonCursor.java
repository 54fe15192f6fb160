// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.MalformedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A place in a JSON document, for readers that expect a certain shape. Every mistake is a {@link
 * MalformedException} of the form {@code SUBJECT: $.a.b[0]: REASON}. A member whose value is {@code
 * null} counts as absent.
 */
public final class JsonCursor {
  private final String subject;
  private final @Nullable JsonCursor parent;
  private final String step;
  private final Json value;

  private JsonCursor(String subject, @Nullable JsonCursor parent, String step, Json value) {
    this.subject = subject;
    this.parent = parent;
    this.step = step;
    this.value = value;
  }

  /** The top of a document; {@code subject} names the document in errors. */
  public static JsonCursor of(Json document, String subject) {
    return new JsonCursor(subject, null, "$", document);
  }

  /** Reads a document and stands at its top. */
  public static JsonCursor parse(byte[] document, String subject) {
    return of(JsonReader.parse(document, subject), subject);
  }

  /** The value here. */
  public Json json() {
    return value;
  }

  /** The name of this member, or {@code [N]} for an item, or {@code $} at the top. */
  public String name() {
    return step;
  }

  /** The document's name and the path in it, such as {@code manifest: $.app.ports[0]}. */
  public String place() {
    StringBuilder place = new StringBuilder(subject).append(": ");
    appendPath(place);
    return place.toString();
  }

  private void appendPath(StringBuilder place) {
    if (parent != null) {
      parent.appendPath(place);
      if (step.isEmpty() || step.charAt(0) != '[') {
        place.append('.');
      }
    }
    place.append(step);
  }

  /** A mistake at this place, to be thrown. */
  public MalformedException mistake(String reason) {
    return MalformedException.at(place(), reason);
  }

  /** A mistake found in the text of this place, to be thrown. */
  public MalformedException mistake(MalformedException cause) {
    return cause.located(place());
  }

  /** Whether the value here is {@code null}. */
  public boolean isNull() {
    return value instanceof Json.Null;
  }

  /** Whether the value here is an object. */
  public boolean isObject() {
    return value instanceof Json.Obj;
  }

  /** Whether the value here is a string. */
  public boolean isText() {
    return value instanceof Json.Str;
  }

  /** The string here. */
  public String text() {
    if (value instanceof Json.Str string) {
      return string.value();
    }
    throw wrongKind("string");
  }

  /** The boolean here. */
  public boolean bool() {
    if (value instanceof Json.Bool bool) {
      return bool.value();
    }
    throw wrongKind("boolean");
  }

  /** The whole number here, from {@code least} to {@code most}. */
  public long integer(long least, long most) {
    if (!(value instanceof Json.Num number)) {
      throw wrongKind("integer");
    }
    long found;
    try {
      found = Long.parseLong(number.text());
    } catch (NumberFormatException e) {
      throw mistake("expected an integer, found " + number.text());
    }
    if (found < least || found > most) {
      throw mistake(
          "expected an integer from " + least + " to " + most + ", found " + number.text());
    }
    return found;
  }

  /** The items of the array here. */
  public List<JsonCursor> list() {
    if (!(value instanceof Json.Arr array)) {
      throw wrongKind("array");
    }
    List<JsonCursor> items = new ArrayList<>(array.items().size());
    for (Json item : array.items()) {
      items.add(new JsonCursor(subject, this, "[" + items.size() + "]", item));
    }
    return items;
  }

  /** The members of the object here, in document order. */
  public List<JsonCursor> members() {
    List<JsonCursor> members = new ArrayList<>();
    for (Json.Member member : object().members()) {
      members.add(new JsonCursor(subject, this, member.name(), member.value()));
    }
    return members;
  }

  /** The strings of the array here. */
  public List<String> texts() {
    List<String> texts = new ArrayList<>();
    for (JsonCursor item : list()) {
      texts.add(item.text());
    }
    return texts;
  }

  /** The members of the object here, all of them strings, in document order. */
  public Map<String, String> textMap() {
    Map<String, String> texts = new LinkedHashMap<>();
    for (JsonCursor member : members()) {
      texts.put(member.step, member.text());
    }
    return texts;
  }

  /** The member {@code name} of the object here; its absence is a mistake. */
  public JsonCursor member(String name) {
    JsonCursor member = find(name);
    if (member == null) {
      throw mistake("\"" + name + "\" is missing");
    }
    return member;
  }

  /** The member {@code name} of the object here, unless absent or null. */
  public Optional<JsonCursor> optionalMember(String name) {
    return Optional.ofNullable(find(name));
  }

  /** The string member {@code name}; its absence is a mistake. */
  public String text(String name) {
    return member(name).text();
  }

  /** The string member {@code name}, unless absent. */
  public Optional<String> optionalText(String name) {
    JsonCursor member = find(name);
    return member == null ? Optional.empty() : Optional.of(member.text());
  }

  /** The boolean member {@code name}, or {@code otherwise} if absent. */
  public boolean bool(String name, boolean otherwise) {
    JsonCursor member = find(name);
    return member == null ? otherwise : member.bool();
  }

  /** The strings of the array member {@code name}; none if absent. */
  public List<String> texts(String name) {
    JsonCursor member = find(name);
    return member == null ? List.of() : member.texts();
  }

  /** The items of the array member {@code name}; none if absent. */
  public List<JsonCursor> list(String name) {
    JsonCursor member = find(name);
    return member == null ? List.of() : member.list();
  }

  /** Names of the members here that are not among {@code known}. */
  public List<String> unknownMembers(String... known) {
    List<String> unknown = new ArrayList<>();
    for (Json.Member member : object().members()) {
      if (!contains(known, member.name())) {
        unknown.add(member.name());
      }
    }
    return unknown;
  }

  /** Refuses an object with a member that is not among {@code known}. */
  public void requireOnly(String... known) {
    List<String> unknown = unknownMembers(known);
    if (!unknown.isEmpty()) {
      throw mistake("unknown member \"" + unknown.get(0) + "\"");
    }
  }

  private static boolean contains(String[] names, String wanted) {
    for (String name : names) {
      if (name.equals(wanted)) {
        return true;
      }
    }
    return false;
  }

  private @Nullable JsonCursor find(String name) {
    for (Json.Member member : object().members()) {
      if (member.name().equals(name)) {
        return member.value() instanceof Json.Null
            ? null
            : new JsonCursor(subject, this, name, member.value());
      }
    }
    return null;
  }

  private Json.Obj object() {
    if (value instanceof Json.Obj object) {
      return object;
    }
    throw wrongKind("object");
  }

  private MalformedException wrongKind(String expected) {
    return mistake("expected " + article(expected) + ", found " + article(value.kind()));
  }

  private static String article(String noun) {
    if (noun.equals("null")) {
      return noun;
    }
    return ("aeio".indexOf(noun.charAt(0)) >= 0 ? "an " : "a ") + noun;
  }
}
