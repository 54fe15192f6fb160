// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A test that runs for each {@link io.rktj.tests.kit.Flavour}, which is one of its parameters. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface InEachFlavour {
  /** What is otherwise in a machine, and why, where the test expects it so. */
  String machines() default "";
}
