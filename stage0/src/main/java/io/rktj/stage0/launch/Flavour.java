// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import io.rktj.stage1.Stage1;
import io.rktj.stage1.Stage1Exception;

/**
 * A flavour of stage1 that comes with rkt, known by the name of its stage1 image. stage0 knows its
 * class by name only; the class is loaded when the flavour is used.
 */
public enum Flavour {
  /** Name spaces. */
  NSPAWN("nspawn", "io.rktj.stage1.nspawn.NspawnStage1"),
  /** A virtual machine. */
  KVM("kvm", "io.rktj.stage1.kvm.KvmStage1"),
  /** A bare change of root. */
  FLY("fly", "io.rktj.stage1.nspawn.FlyStage1");

  private static final String IMAGE = "stage1-";

  private final String word;
  private final String className;

  Flavour(String word, String className) {
    this.word = word;
    this.className = className;
  }

  /** The flavour of the stage1 image called {@code name}, a version behind a colon allowed. */
  public static Flavour named(String name) {
    int colon = name.indexOf(':');
    String image = colon < 0 ? name : name.substring(0, colon);
    for (Flavour flavour : values()) {
      if (image.equals(IMAGE + flavour.word) || image.endsWith("/" + IMAGE + flavour.word)) {
        return flavour;
      }
    }
    throw new Stage1Exception(
        "stage1 image \""
            + name
            + "\" not found: stage1 images from outside are not supported yet (this rkt has"
            + " stage1-nspawn and stage1-kvm)");
  }

  /** The flavour whose image is called {@code file} in the directory of stage1 images. */
  public static Flavour inFile(String file) {
    for (Flavour flavour : values()) {
      if (file.equals(IMAGE + flavour.word + ".aci")) {
        return flavour;
      }
    }
    throw new Stage1Exception(
        "stage1 image \""
            + file
            + "\": stage1 images from outside are not supported yet (this rkt has"
            + " stage1-nspawn.aci and stage1-kvm.aci)");
  }

  /** The flavour that a pod remembers. */
  static Flavour ofWord(String word) {
    for (Flavour flavour : values()) {
      if (flavour.word.equals(word)) {
        return flavour;
      }
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
