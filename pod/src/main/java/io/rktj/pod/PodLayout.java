// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import java.nio.file.Path;

/** The paths inside one pod directory ({@code spec/rkt-cli.md} section 6.2). */
public record PodLayout(Path directory) {}
