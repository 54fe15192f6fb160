// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.stage0.launch.RunOptions;
import io.rktj.stage0.prepare.AppRequest;
import io.rktj.stage0.prepare.PodOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@code rkt run} was asked for, read and checked; no text of the command line is looked at
 * again.
 *
 * @param stage1 flags that choose a stage1
 * @param pullPolicy word of {@code --pull-policy}
 * @param uuidFile where the pod's UUID is written
 */
record RunRequest(
    List<AppRequest> apps,
    PodOptions pod,
    RunOptions options,
    Stage1Flags stage1,
    String pullPolicy,
    Optional<Path> uuidFile) {}
