// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The rows of {@code tests/src/test/conformance} that a test shows, by their ids; on a class for
 * rows that it takes all of its methods to show.
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface Covers {
  /** Ids of rows, such as {@code cli-4.6-full}. */
  String[] value();
}
