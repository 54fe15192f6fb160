// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.spec.AcName;
import io.rktj.stage1.AppSocket;
import io.rktj.stage1.StandardStreams;
import io.rktj.stage1.plan.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * One app, decided: what pod-init executes and with which identity. Numbers only, nothing left to
 * look up.
 *
 * @param arguments the program and its arguments; the first has a slash, or is searched for in
 *     {@code searchPath}
 * @param searchPath absolute directories inside the root, tried in order for a bare name
 * @param environment {@code NAME=VALUE} entries
 * @param capabilities bounding set, bit n for capability n; also permitted and effective for user 0
 * @param seccomp {@code struct sock_filter} array as the kernel reads it; empty for none
 * @param oomScoreAdjust value for {@code oom_score_adj}, or {@code Integer.MIN_VALUE} for none
 * @param preStart command lines run one after another before the app, with its identity
 * @param postStop command lines run after it has ended
 * @param sockets what the app finds from descriptor 3 on
 * @param streams what its standard streams are
 */
public record AppPlan(
    AcName name,
    List<String> arguments,
    List<String> searchPath,
    List<String> environment,
    String workingDirectory,
    int uid,
    int gid,
    List<Integer> supplementaryGids,
    long capabilities,
    boolean noNewPrivileges,
    Bytes seccomp,
    int oomScoreAdjust,
    boolean notifies,
    List<List<String>> preStart,
    List<List<String>> postStop,
    List<AppSocket> sockets,
    StandardStreams streams) {
  /** Copies its lists. */
  public AppPlan {
    arguments = List.copyOf(arguments);
    searchPath = List.copyOf(searchPath);
    environment = List.copyOf(environment);
    supplementaryGids = List.copyOf(supplementaryGids);
    preStart = List.copyOf(preStart);
    postStop = List.copyOf(postStop);
    sockets = List.copyOf(sockets);
  }

  /** The same with another value for one variable. */
  AppPlan with(String variable, String value) {
    List<String> entries = new ArrayList<>();
    for (String entry : environment) {
      if (!entry.startsWith(variable + "=")) {
        entries.add(entry);
      }
    }
    entries.add(variable + "=" + value);
    return new AppPlan(
        name,
        arguments,
        searchPath,
        entries,
        workingDirectory,
        uid,
        gid,
        supplementaryGids,
        capabilities,
        noNewPrivileges,
        seccomp,
        oomScoreAdjust,
        notifies,
        preStart,
        postStop,
        sockets,
        streams);
  }
}
