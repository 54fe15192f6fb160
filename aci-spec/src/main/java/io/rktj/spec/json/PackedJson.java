// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.spec.MalformedException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A JSON tree as bytes that are read without a parser: for records that this program writes for
 * itself and reads at every start ({@code docs/adr/0012-start-profile.md}). Numbers are big endian.
 *
 * <pre>
 * document = "rktj-json-1\n" value
 * value    = '{' count:u32 (text value)*  |  '[' count:u32 value*
 *          |  's' text  |  'n' text  |  't'  |  'f'  |  'z'
 * text     = length:u32 UTF-8
 * </pre>
 */
public final class PackedJson {
  private static final byte[] MAGIC = "rktj-json-1\n".getBytes(UTF_8);
  private static final int MAX_DEPTH = 200;

  private final byte[] document;
  private final String subject;
  private int at;

  private PackedJson(byte[] document, String subject) {
    this.document = document;
    this.subject = subject;
  }

  /** The bytes of a tree. */
  public static byte[] pack(Json tree) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
    out.writeBytes(MAGIC);
    write(out, tree);
    return out.toByteArray();
  }

  private static void write(ByteArrayOutputStream out, Json value) {
    if (value instanceof Json.Obj object) {
      out.write('{');
      writeNumber(out, object.members().size());
      for (Json.Member member : object.members()) {
        writeText(out, member.name());
        write(out, member.value());
      }
    } else if (value instanceof Json.Arr array) {
      out.write('[');
      writeNumber(out, array.items().size());
      for (Json item : array.items()) {
        write(out, item);
      }
    } else if (value instanceof Json.Str string) {
      out.write('s');
      writeText(out, string.value());
    } else if (value instanceof Json.Num number) {
      out.write('n');
      writeText(out, number.text());
    } else if (value instanceof Json.Bool bool) {
      out.write(bool.value() ? 't' : 'f');
    } else {
      out.write('z');
    }
  }

  private static void writeText(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    writeNumber(out, bytes.length);
    out.writeBytes(bytes);
  }

  private static void writeNumber(ByteArrayOutputStream out, int number) {
    out.write(number >>> 24);
    out.write(number >>> 16);
    out.write(number >>> 8);
    out.write(number);
  }

  /**
   * The tree in {@code document}; {@code subject} names it in errors.
   *
   * @throws MalformedException if it is not, from its first byte to its last, what {@link #pack}
   *     writes
   */
  public static Json unpack(byte[] document, String subject) {
    PackedJson reader = new PackedJson(document, subject);
    if (document.length < MAGIC.length
        || !Arrays.equals(document, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw MalformedException.at(subject, "not a record of this version of rkt");
    }
    reader.at = MAGIC.length;
    Json tree = reader.value(0);
    if (reader.at != document.length) {
      throw reader.damaged();
    }
    return tree;
  }

  private Json value(int depth) {
    if (depth > MAX_DEPTH || at >= document.length) {
      throw damaged();
    }
    byte kind = document[at++];
    if (kind == '{') {
      int count = count();
      List<Json.Member> members = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        String name = text();
        members.add(new Json.Member(name, value(depth + 1)));
      }
      return new Json.Obj(members);
    }
    if (kind == '[') {
      int count = count();
      List<Json> items = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        items.add(value(depth + 1));
      }
      return new Json.Arr(items);
    }
    return scalar(kind);
  }

  private Json scalar(byte kind) {
    if (kind == 's') {
      return new Json.Str(text());
    }
    if (kind == 'n') {
      return new Json.Num(text());
    }
    if (kind == 't' || kind == 'f') {
      return new Json.Bool(kind == 't');
    }
    if (kind == 'z') {
      return new Json.Null();
    }
    throw damaged();
  }

  private String text() {
    int length = count();
    String text = new String(document, at, length, UTF_8);
    at += length;
    return text;
  }

  /** A number of things that can still follow: each takes one byte at least. */
  private int count() {
    if (document.length - at < 4) {
      throw damaged();
    }
    int count =
        (document[at] & 0xff) << 24
            | (document[at + 1] & 0xff) << 16
            | (document[at + 2] & 0xff) << 8
            | (document[at + 3] & 0xff);
    at += 4;
    if (count < 0 || count > document.length - at) {
      throw damaged();
    }
    return count;
  }

  private MalformedException damaged() {
    return MalformedException.at(subject, "damaged at byte " + at);
  }
}
