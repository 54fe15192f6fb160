// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

/**
 * An extended attribute that an image may set: {@code user.*} but {@code user.overlay.*}, or {@code
 * security.capability}.
 *
 * @param name the name with its prefix, at most 255 bytes
 * @param value the value, any bytes
 */
public record ExtendedAttribute(RawName name, RawName value) {}
