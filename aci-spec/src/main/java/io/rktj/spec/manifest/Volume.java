// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.AcName;
import io.rktj.spec.HostText;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Parameters;
import java.util.Optional;

/**
 * A directory or file given to apps. A host volume has a source; an empty volume has an octal mode,
 * a uid and a gid, of which the defaults ({@code 0755}, 0, 0) are filled in.
 */
public record Volume(
    AcName name,
    Kind kind,
    Optional<String> source,
    Optional<Boolean> readOnly,
    Optional<Boolean> recursive,
    Optional<String> mode,
    Optional<Integer> uid,
    Optional<Integer> gid) {

  /** Checks the rules of its kind. */
  public Volume {
    if (kind == Kind.HOST) {
      requireSource(source.orElse(""));
      requireAbsent("mode", mode.isPresent());
      requireAbsent("uid", uid.isPresent());
      requireAbsent("gid", gid.isPresent());
    } else {
      if (!source.orElse("").isEmpty()) {
        throw new MalformedException("source for empty volume must be empty");
      }
      source = Optional.empty();
      mode = Optional.of(mode.orElse("0755"));
      uid = Optional.of(uid.orElse(0));
      gid = Optional.of(gid.orElse(0));
      requireMode(mode.get());
      if (uid.get() < 0 || gid.get() < 0) {
        throw new MalformedException("uid and gid of an empty volume must not be negative");
      }
    }
  }

  /** A volume that shows {@code source} of the host. */
  public static Volume host(AcName name, String source, Optional<Boolean> readOnly) {
    return new Volume(
        name,
        Kind.HOST,
        Optional.of(source),
        readOnly,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** An empty volume with the default mode and owner. */
  public static Volume empty(AcName name) {
    return new Volume(
        name,
        Kind.EMPTY,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Reads the value of {@code --volume} ({@code spec/rkt-cli.md} section 3.2). */
  public static Volume parse(String text) {
    return VolumeText.parse(Parameters.parse(text));
  }

  private static void requireSource(String source) {
    if (source.isEmpty()) {
      throw new MalformedException("source for host volume cannot be empty");
    }
    if (!source.startsWith("/")) {
      throw new MalformedException("source for host volume must be absolute path");
    }
    HostText.requirePrintable("source for host volume", source);
  }

  private static void requireAbsent(String what, boolean present) {
    if (present) {
      throw new MalformedException(what + " for host volume cannot be set");
    }
  }

  private static void requireMode(String mode) {
    boolean octal = !mode.isEmpty() && mode.length() <= 5;
    for (int i = 0; i < mode.length(); i++) {
      octal &= mode.charAt(i) >= '0' && mode.charAt(i) <= '7';
    }
    if (!octal || Integer.parseInt(mode, 8) > 07777) {
      throw new MalformedException("mode of an empty volume must be octal, not \"" + mode + "\"");
    }
  }

  /** Where its content comes from. */
  public enum Kind {
    /** A path of the host. */
    HOST("host"),
    /** A directory made for the pod. */
    EMPTY("empty");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /** Reads the manifest's word. */
    public static Kind parse(String text) {
      if (text.equals(HOST.text)) {
        return HOST;
      }
      if (text.equals(EMPTY.text)) {
        return EMPTY;
      }
      throw new MalformedException(
          "unrecognized volume kind: should be one of \"empty\", \"host\"");
    }

    /** The manifest's word. */
    public String text() {
      return text;
    }
  }
}
