// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.store;

import io.rktj.spec.archive.AciVisitor;
import io.rktj.stage0.Progress;

/**
 * How an image is to be imported.
 *
 * @param latest whether it was found by a name without a version
 * @param visitor is shown every file of the image as it passes; what it makes of them counts only
 *     if the import succeeds
 * @param progress is told of every byte read
 */
public record ImportWish(
    Requested requested, boolean latest, AciVisitor visitor, Progress progress) {}
