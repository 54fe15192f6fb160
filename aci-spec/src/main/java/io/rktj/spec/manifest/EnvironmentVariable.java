// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

/** A variable of an app's environment. */
public record EnvironmentVariable(String name, String value) {}
