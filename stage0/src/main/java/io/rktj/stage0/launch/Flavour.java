// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import io.rktj.stage1.Stage1;
import io.rktj.stage1.Stage1Exception;
import java.util.Optional;

/**
 * A flavour of stage1 that comes with rkt, known by the name of its stage1 image. stage0 knows its
 * class by name only; the class is loaded when the flavour is used.
 */
public enum Flavour {
  /** Name spaces. */
  NSPAWN("nspawn", "coreos", "io.rktj.stage1.nspawn.NspawnStage1"),
  /** A virtual machine. */
  KVM("kvm", "kvm", "io.rktj.stage1.kvm.KvmStage1"),
  /** A bare change of root. */
  FLY("fly", "fly", "io.rktj.stage1.nspawn.FlyStage1");

  private static final String OURS = "rktj.io/stage1-";
  private static final String RKTS = "coreos.com/rkt/stage1-";

  private final String word;
  private final String rktsWord;
  private final String className;

  Flavour(String word, String rktsWord, String className) {
    this.word = word;
    this.rktsWord = rktsWord;
    this.className = className;
  }

  /**
   * The flavour that a user means by the name of its image, a version behind a colon allowed: ours
   * by our names, and by those that rkt's had. A name of anybody else's is none.
   */
  public static Optional<Flavour> named(String name) {
    int colon = name.indexOf(':');
    String image = colon < 0 ? name : name.substring(0, colon);
    for (Flavour flavour : values()) {
      if (image.equals(OURS + flavour.word) || image.equals(RKTS + flavour.rktsWord)) {
        return Optional.of(flavour);
      }
    }
    return Optional.empty();
  }

  /** The flavour whose own image says that it is called {@code word}. */
  public static Optional<Flavour> called(String word) {
    for (Flavour flavour : values()) {
      if (flavour.word.equals(word)) {
        return Optional.of(flavour);
      }
    }
    return Optional.empty();
  }

  /** The flavour that a pod remembers. */
  static Flavour ofWord(String word) {
    Optional<Flavour> flavour = called(word);
    if (flavour.isPresent()) {
      return flavour.get();
    }
    throw new Stage1Exception("the pod's stage1 \"" + word + "\" is not part of this rkt");
  }

  /** Loads it. */
  public Stage1 load() {
    try {
      return Class.forName(className).asSubclass(Stage1.class).getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new Stage1Exception("stage1 \"stage1-" + word + "\" is not part of this rkt", e);
    }
  }
}
