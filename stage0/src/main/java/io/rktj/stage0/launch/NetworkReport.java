// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

/** One network that a pod has joined, as {@code net-info.json} has it. */
public record NetworkReport(
    String netName,
    String netConf,
    String pluginPath,
    String ifName,
    String ip,
    String args,
    String mask) {}
