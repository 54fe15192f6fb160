// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.stage1.plan.HostFacts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HostFactsReaderTest {
  private static final String ROOT = "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n";

  private static HostFacts parse(String mountinfo, String cgroup, Map<String, String> files) {
    return HostFactsReader.parse(
        mountinfo,
        cgroup,
        (directory, file) -> HostFactsReader.words(files.getOrDefault(directory + "/" + file, "")),
        false);
  }

  private static HostFacts.Hierarchy hierarchy(String controller, String mountPoint, String path) {
    return new HostFacts.Hierarchy(List.of(controller), mountPoint, path);
  }

  @Test
  void countsOnlyHierarchiesThatAreMounted() {
    String mountinfo =
        ROOT
            + "35 31 0:32 / /cg/memory rw,relatime shared:9 - cgroup cgroup rw,memory\n"
            + "32 31 0:29 / /cg/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
            + "40 31 0:37 / /cg/systemd rw - cgroup cgroup rw,xattr,name=systemd\n";
    String cgroup =
        "9:name=systemd:/user.slice/a\\x2db.scope\n"
            + "8:pids:/\n"
            + "4:memory:/own:group\n"
            + "1:cpu,cpuacct:/\n";

    assertThat(parse(mountinfo, cgroup, Map.of()))
        .isEqualTo(
            new HostFacts(
                List.of(
                    hierarchy("memory", "/cg/memory", "/own:group"),
                    new HostFacts.Hierarchy(List.of("cpu", "cpuacct"), "/cg/cpu,cpuacct", ""),
                    hierarchy("name=systemd", "/cg/systemd", "/user.slice/a\\x2db.scope")),
                Optional.empty(),
                false));
  }

  @Test
  void takesVersion2OfHybridHostForTrackingOnly() {
    String mountinfo =
        ROOT
            + "35 31 0:32 / /cg/memory rw - cgroup cgroup rw,memory\n"
            + "41 31 0:38 / /cg/unified rw,relatime - cgroup2 cgroup2 rw\n";

    HostFacts facts = parse(mountinfo, "4:memory:/\n0::/\n", Map.of());

    assertThat(facts.unified()).isEmpty();
    assertThat(facts.hierarchies()).containsExactly(hierarchy("memory", "/cg/memory", ""));
  }

  @Test
  void usesOwnVersion2GroupIfNobodyElseIsInIt() {
    HostFacts facts =
        parse(
            ROOT + "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n",
            "0::/system.slice/web.service\n",
            Map.of(
                "/sys/fs/cgroup/system.slice/web.service/cgroup.procs", "4711\n",
                "/sys/fs/cgroup/system.slice/web.service/cgroup.controllers", "cpu memory\n"));

    assertThat(facts.unified())
        .contains(
            new HostFacts.Unified(
                "/sys/fs/cgroup", "/system.slice/web.service", List.of("cpu", "memory"), true));
  }

  @Test
  void climbsToAVersion2GroupThatHasChildrenWithControllers() {
    HostFacts facts =
        parse(
            ROOT + "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
            "0::/user.slice/session/shell\n",
            Map.of(
                "/sys/fs/cgroup/user.slice/session/shell/cgroup.procs", "1\n2\n",
                "/sys/fs/cgroup/user.slice/cgroup.subtree_control", "memory pids\n",
                "/sys/fs/cgroup/user.slice/cgroup.controllers", "cpu memory pids\n"));

    assertThat(facts.unified())
        .contains(
            new HostFacts.Unified(
                "/sys/fs/cgroup", "/user.slice", List.of("cpu", "memory", "pids"), false));
  }

  @Test
  void usesTheVersion2RootIfThatIsWhereWeAre() {
    HostFacts facts =
        parse(
            ROOT + "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
            "0::/\n",
            Map.of("/sys/fs/cgroup/cgroup.controllers", "cpu memory\n"));

    assertThat(facts.unified())
        .contains(new HostFacts.Unified("/sys/fs/cgroup", "", List.of("cpu", "memory"), false));
  }

  @Test
  void seesOnlyWhatAContainersMountShows() {
    String mountinfo =
        ROOT
            + "35 31 0:32 /docker/abc /cg/memory rw - cgroup cgroup rw,memory\n"
            + "36 31 0:33 /elsewhere /cg/devices rw - cgroup cgroup rw,devices\n";

    HostFacts facts =
        parse(mountinfo, "4:memory:/docker/abc/below\n5:devices:/docker/abc\n", Map.of());

    assertThat(facts.hierarchies()).containsExactly(hierarchy("memory", "/cg/memory", "/below"));
  }

  @Test
  void readsBlanksInMountPoints() {
    String mountinfo = ROOT + "35 31 0:32 / /my\\040cg/a\\134b rw - cgroup cgroup rw,memory\n";

    assertThat(parse(mountinfo, "4:memory:/\n", Map.of()).hierarchies())
        .containsExactly(hierarchy("memory", "/my cg/a\\b", ""));
  }

  @Test
  void readsThisHost() {
    assertThat(HostFactsReader.read()).isNotNull();
  }
}
