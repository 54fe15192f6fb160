// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

/**
 * A volume at its place in an app.
 *
 * @param volume the volume's name
 * @param source absolute host path
 * @param path absolute and lexically clean path inside the app's root
 * @param recursive whether submounts of the source are seen too
 */
public record AppMount(
    String volume, String source, String path, boolean readOnly, boolean recursive) {}
