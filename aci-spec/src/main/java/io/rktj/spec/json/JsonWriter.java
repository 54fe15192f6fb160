// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import com.fasterxml.jackson.core.ErrorReportConfiguration;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.io.ContentReference;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.core.json.WriterBasedJsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes one JSON document to a text, compact or indented. Characters that could disturb a terminal
 * (controls, bidirectional marks) are written as {@code \}{@code uXXXX}.
 */
public final class JsonWriter {
  private static final int BUFFER = 4000;

  private final StringWriter text = new StringWriter();
  private final JsonGenerator generator;

  /** Without a factory, which would load the code of all parsers: every start writes a document. */
  private JsonWriter(@Nullable PrettyPrinter printer) {
    generator =
        new WriterBasedJsonGenerator(
            new PlainContext(), JsonGenerator.Feature.collectDefaults(), null, text, '"');
    generator.setCharacterEscapes(new TerminalSafeEscapes());
    if (printer != null) {
      generator.setPrettyPrinter(printer);
    }
  }

  /** A writer without white space. */
  public static JsonWriter compact() {
    return new JsonWriter(null);
  }

  /** A writer with line breaks; {@code indent} stands once for each level. */
  public static JsonWriter pretty(String indent) {
    return new JsonWriter(new IndentedPrinter(indent));
  }

  /** The compact text of {@code document}. */
  public static String compact(Json document) {
    return compact().value(document).finish();
  }

  /** The indented text of {@code document}. */
  public static String pretty(Json document, String indent) {
    return pretty(indent).value(document).finish();
  }

  /** Begins an object. */
  public JsonWriter beginObject() {
    return act(Step.BEGIN_OBJECT, "");
  }

  /** Ends the innermost object. */
  public JsonWriter endObject() {
    return act(Step.END_OBJECT, "");
  }

  /** Begins an array. */
  public JsonWriter beginArray() {
    return act(Step.BEGIN_ARRAY, "");
  }

  /** Ends the innermost array. */
  public JsonWriter endArray() {
    return act(Step.END_ARRAY, "");
  }

  /** The name of the member whose value comes next. */
  public JsonWriter name(String name) {
    return act(Step.NAME, name);
  }

  /** A string value. */
  public JsonWriter text(String value) {
    return act(Step.TEXT, value);
  }

  /** A number value. */
  public JsonWriter number(long value) {
    return act(Step.NUMBER, Long.toString(value));
  }

  /** A boolean value. */
  public JsonWriter bool(boolean value) {
    return act(value ? Step.TRUE : Step.FALSE, "");
  }

  /** The value {@code null}. */
  public JsonWriter nothing() {
    return act(Step.NULL, "");
  }

  /** A string member. */
  public JsonWriter member(String name, String value) {
    return name(name).text(value);
  }

  /** A number member. */
  public JsonWriter member(String name, long value) {
    return name(name).number(value);
  }

  /** A boolean member. */
  public JsonWriter member(String name, boolean value) {
    return name(name).bool(value);
  }

  /** An array of strings as member. */
  public JsonWriter member(String name, List<String> values) {
    name(name).beginArray();
    for (String value : values) {
      text(value);
    }
    return endArray();
  }

  /** An object of strings as member. */
  public JsonWriter member(String name, Map<String, String> values) {
    name(name).beginObject();
    for (Map.Entry<String, String> entry : values.entrySet()) {
      member(entry.getKey(), entry.getValue());
    }
    return endObject();
  }

  /** A whole tree as value. */
  public JsonWriter value(Json value) {
    if (value instanceof Json.Obj object) {
      beginObject();
      for (Json.Member member : object.members()) {
        name(member.name()).value(member.value());
      }
      return endObject();
    }
    if (value instanceof Json.Arr array) {
      beginArray();
      for (Json item : array.items()) {
        value(item);
      }
      return endArray();
    }
    return scalar(value);
  }

  private JsonWriter scalar(Json value) {
    if (value instanceof Json.Str string) {
      return text(string.value());
    }
    if (value instanceof Json.Num number) {
      return act(Step.NUMBER, number.text());
    }
    if (value instanceof Json.Bool bool) {
      return bool(bool.value());
    }
    return nothing();
  }

  /** The finished text; the writer is used up. */
  public String finish() {
    try {
      generator.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /**
   * Buffers that are made and dropped: a pool of them needs variable handles, which cost a start
   * more than all that is written.
   */
  private static final class PlainContext extends IOContext {
    @SuppressWarnings("NullAway") // the pool is asked only by the methods below
    PlainContext() {
      super(
          StreamReadConstraints.defaults(),
          StreamWriteConstraints.defaults(),
          ErrorReportConfiguration.defaults(),
          null,
          ContentReference.unknown(),
          false);
    }

    @Override
    public char[] allocConcatBuffer() {
      return new char[BUFFER];
    }

    @Override
    public void releaseConcatBuffer(char @Nullable [] buffer) {}

    @Override
    public void close() {}
  }

  private enum Step {
    BEGIN_OBJECT,
    END_OBJECT,
    BEGIN_ARRAY,
    END_ARRAY,
    NAME,
    TEXT,
    NUMBER,
    TRUE,
    FALSE,
    NULL
  }

  private JsonWriter act(Step step, String value) {
    try {
      switch (step) {
        case BEGIN_OBJECT -> generator.writeStartObject();
        case END_OBJECT -> generator.writeEndObject();
        case BEGIN_ARRAY -> generator.writeStartArray();
        case END_ARRAY -> generator.writeEndArray();
        case NAME -> generator.writeFieldName(value);
        case TEXT -> generator.writeString(value);
        case NUMBER -> generator.writeNumber(value);
        case TRUE -> generator.writeBoolean(true);
        case FALSE -> generator.writeBoolean(false);
        case NULL -> generator.writeNull();
      }
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a text in memory does not fail
    }
  }
}
