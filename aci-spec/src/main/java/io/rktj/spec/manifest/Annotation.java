// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import io.rktj.spec.AcIdentifier;

/** An annotation of an image, an app or a pod. */
public record Annotation(AcIdentifier name, String value) {}
