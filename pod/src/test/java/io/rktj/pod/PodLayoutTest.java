// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.spec.AcName;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PodLayoutTest {
  private static final String POD = "/var/lib/rkt/pods/run/01234567-89ab-4def-8123-456789abcdef";

  private final PodLayout layout = new PodLayout(Path.of(POD));

  @Test
  void namesFilesAsRktDoes() {
    AcName app = AcName.parse("web");
    Map<Path, String> expected = new LinkedHashMap<>();
    expected.put(layout.manifest(), "pod");
    expected.put(layout.created(), "pod-created");
    expected.put(layout.manifestLock(), "pod.lck");
    expected.put(layout.overlayPrepared(), "overlay-prepared");
    expected.put(layout.privateUsersPrepared(), "private-users-prepared");
    expected.put(layout.stage1TreeStoreId(), "stage1TreeStoreID");
    expected.put(layout.stage1Directory(), "stage1");
    expected.put(layout.stage1Manifest(), "stage1/manifest");
    expected.put(layout.stage1Rootfs(), "stage1/rootfs");
    expected.put(layout.resolvConf(), "stage1/rootfs/etc/rkt-resolv.conf");
    expected.put(layout.hosts(), "stage1/rootfs/etc/rkt-hosts");
    expected.put(layout.appsInfo(), "appsinfo");
    expected.put(layout.appInfo(app), "appsinfo/web");
    expected.put(layout.appInfoManifest(app), "appsinfo/web/manifest");
    expected.put(layout.appTreeStoreId(app), "appsinfo/web/treeStoreID");
    expected.put(layout.apps(), "stage1/rootfs/opt/stage2");
    expected.put(layout.appDirectory(app), "stage1/rootfs/opt/stage2/web");
    expected.put(layout.appManifest(app), "stage1/rootfs/opt/stage2/web/manifest");
    expected.put(layout.appRootfs(app), "stage1/rootfs/opt/stage2/web/rootfs");
    expected.put(layout.overlays(), "overlay");
    expected.put(layout.overlay("tree"), "overlay/tree");
    expected.put(layout.overlayUpper("tree", app), "overlay/tree/upper/web");
    expected.put(layout.overlayWork("tree", app), "overlay/tree/work/web");
    expected.put(layout.sharedVolumes(), "sharedVolumes");
    expected.put(layout.sharedVolume(app), "sharedVolumes/web");
    expected.put(layout.pid(), "pid");
    expected.put(layout.ppid(), "ppid");
    expected.put(layout.pgid(), "pgid");
    expected.put(layout.runtimeConfig(), "runtime-config");
    expected.put(layout.netInfo(), "net-info.json");
    expected.put(layout.netDirectory(), "net");
    expected.put(layout.netns(), "netns");
    expected.put(layout.subcgroup(), "subcgroup");
    expected.put(layout.flavour(), "flavor");
    expected.put(layout.metadataRegistered(), "mds-registered");
    expected.put(layout.logs(), "logs");
    expected.put(layout.log(app), "logs/web");
    expected.put(layout.exchange(), "stage1/rootfs/rkt");
    expected.put(layout.statuses(), "stage1/rootfs/rkt/status");
    expected.put(layout.status(app), "stage1/rootfs/rkt/status/web");
    expected.put(layout.statusCreated(app), "stage1/rootfs/rkt/status/web-created");
    expected.put(layout.statusStarted(app), "stage1/rootfs/rkt/status/web-started");
    expected.put(layout.environments(), "stage1/rootfs/rkt/env");
    expected.put(layout.environment(app), "stage1/rootfs/rkt/env/web");
    expected.put(layout.supervisorStatus(), "stage1/rootfs/rkt/supervisor-status");

    expected.forEach((path, text) -> assertThat(path).hasToString(POD + "/" + text));
  }

  @Test
  void isNamedAfterThePod() {
    assertThat(layout.uuid()).hasToString("01234567-89ab-4def-8123-456789abcdef");
  }
}
