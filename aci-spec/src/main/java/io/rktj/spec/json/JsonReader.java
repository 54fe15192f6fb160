// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.rktj.spec.MalformedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The one strict reader of JSON: a repeated member, text after the document, a byte order mark, bad
 * UTF-8, a lone surrogate, {@code NaN} or anything beyond the limits is an error that names line
 * and column.
 */
public final class JsonReader {
  /** Most bytes in a document. */
  public static final int MAX_DOCUMENT = 4 << 20;

  private static final int FEW = 16; // members that are cheaper to compare than to hash
  private static final int MAX_DEPTH = 200;
  private static final int MAX_NUMBER = 64;
  private static final int MAX_STRING = 1 << 20;

  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_NUMBER)
                  .maxStringLength(MAX_STRING)
                  .maxNameLength(MAX_STRING)
                  .maxDocumentLength(MAX_DOCUMENT)
                  .build())
          .build();

  private final JsonParser parser;
  private final String subject;
  private final boolean
      halves; // whether half a surrogate pair may occur: UTF-8 has none, escapes may

  private JsonReader(JsonParser parser, String subject, boolean halves) {
    this.parser = parser;
    this.subject = subject;
    this.halves = halves;
  }

  /** Reads a document; {@code subject} names it in errors, for example by its file. */
  public static Json parse(byte[] document, String subject) {
    if (document.length > MAX_DOCUMENT) {
      throw MalformedException.at(subject, "longer than " + MAX_DOCUMENT + " bytes");
    }
    String text = decode(document, subject);
    return parse(text, subject, text.contains("\\u"));
  }

  /** Reads a document; {@code subject} names it in errors, for example by its file. */
  public static Json parse(String document, String subject) {
    return parse(document, subject, true);
  }

  private static Json parse(String document, String subject, boolean halves) {
    if (document.length() > MAX_DOCUMENT) {
      throw MalformedException.at(subject, "longer than " + MAX_DOCUMENT + " characters");
    }
    if (!document.isEmpty() && document.charAt(0) == '\uFEFF') {
      throw MalformedException.at(subject, "begins with a byte order mark");
    }
    try (JsonParser parser = FACTORY.createParser(document)) {
      return new JsonReader(parser, subject, halves).document();
    } catch (JsonProcessingException e) {
      throw malformed(subject, e.getLocation(), reason(e));
    } catch (IOException e) {
      throw MalformedException.at(subject, String.valueOf(e.getMessage()));
    }
  }

  private static String decode(byte[] document, String subject) {
    String text = new String(document, StandardCharsets.UTF_8);
    if (text.indexOf('\uFFFD') < 0) {
      return text;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(document)).toString();
    } catch (CharacterCodingException e) {
      throw MalformedException.at(subject, "not valid UTF-8");
    }
  }

  private Json document() throws IOException {
    JsonToken first = parser.nextToken();
    if (first == null) {
      throw MalformedException.at(subject, "empty document");
    }
    Json document = value(first);
    if (parser.nextToken() != null) {
      throw mistake("text after the end of the document");
    }
    return document;
  }

  private Json value(JsonToken token) throws IOException {
    if (token == JsonToken.START_OBJECT) {
      return object();
    }
    if (token == JsonToken.START_ARRAY) {
      return array();
    }
    if (token == JsonToken.VALUE_STRING) {
      return new Json.Str(wellFormed(parser.getText()));
    }
    if (token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT) {
      return number();
    }
    if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
      return new Json.Bool(token == JsonToken.VALUE_TRUE);
    }
    if (token == JsonToken.VALUE_NULL) {
      return new Json.Null();
    }
    throw mistake("unexpected text");
  }

  private Json object() throws IOException {
    List<Json.Member> members = new ArrayList<>();
    @Nullable Set<String> many = null;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = wellFormed(parser.currentName());
      if (many == null && members.size() == FEW) {
        many = names(members);
      }
      if (many == null ? has(members, name) : !many.add(name)) {
        throw mistake("member \"" + shortened(name) + "\" is repeated");
      }
      members.add(new Json.Member(name, value(parser.nextToken())));
    }
    return new Json.Obj(members);
  }

  private static Set<String> names(List<Json.Member> members) {
    Set<String> names = new HashSet<>();
    for (Json.Member member : members) {
      names.add(member.name());
    }
    return names;
  }

  private static boolean has(List<Json.Member> members, String name) {
    for (int i = 0; i < members.size(); i++) {
      if (members.get(i).name().equals(name)) {
        return true;
      }
    }
    return false;
  }

  private Json array() throws IOException {
    List<Json> items = new ArrayList<>();
    JsonToken token = parser.nextToken();
    while (token != JsonToken.END_ARRAY) {
      items.add(value(token));
      token = parser.nextToken();
    }
    return new Json.Arr(items);
  }

  private Json number() throws IOException {
    String text = parser.getText();
    if (text.length() > MAX_NUMBER) {
      throw mistake("number longer than " + MAX_NUMBER + " characters");
    }
    return new Json.Num(text);
  }

  private String wellFormed(String text) {
    int i = halves ? 0 : text.length();
    while (i < text.length()) {
      int point = text.codePointAt(i);
      if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
        throw mistake("string with half a surrogate pair");
      }
      i += Character.charCount(point);
    }
    return text;
  }

  private MalformedException mistake(String reason) {
    return malformed(subject, parser.currentTokenLocation(), reason);
  }

  private static MalformedException malformed(
      String subject, @Nullable JsonLocation location, String reason) {
    if (location == null) {
      return MalformedException.at(subject, reason); // a limit has no place
    }
    return MalformedException.at(
        subject,
        "line " + location.getLineNr() + ", column " + location.getColumnNr() + ": " + reason);
  }

  private static String reason(JsonProcessingException e) {
    String message = String.valueOf(e.getOriginalMessage());
    int end = message.indexOf('\n');
    int where = message.indexOf(" (start marker at "); // of a source that it was not to name
    end = where < 0 || (end >= 0 && end < where) ? end : where;
    return shortened(end < 0 ? message : message.substring(0, end));
  }

  private static String shortened(String text) {
    return text.length() <= 200 ? text : text.substring(0, 200) + "...";
  }
}
