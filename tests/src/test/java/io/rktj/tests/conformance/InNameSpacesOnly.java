// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A test of life cycle, executor or isolation that says nothing about pods in machines. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface InNameSpacesOnly {
  /** Why not in machines, too. */
  String value();
}
