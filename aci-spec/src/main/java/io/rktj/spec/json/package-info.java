// SPDX-License-Identifier: Apache-2.0
/**
 * Strict text to records and back, errors with document and JSON path; only home of Jackson. May
 * use {@code spec} and {@code spec.manifest}.
 *
 * <p>{@code ImageManifestJson.read(bytes, "manifest of " + id)}; configuration files: {@code
 * JsonCursor.parse(bytes, file)}.
 */
@NullMarked
package io.rktj.spec.json;

import org.jspecify.annotations.NullMarked;
