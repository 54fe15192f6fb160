// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.AcName;
import io.rktj.spec.manifest.Volume;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.TestPod;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VolumeResolverTest {
  private static final String POD = "/pods/run/" + TestPod.UUID;

  private static Volume host(String name, String source, Optional<Boolean> readOnly) {
    return Volume.host(AcName.parse(name), source, readOnly);
  }

  @Test
  void findsVolumeOfMountInMountBeforePod() {
    TestPod pod = new TestPod().volume(host("data", "/srv/pod", Optional.empty()));
    pod.app("a").mount("data", "/one").mount(host("data", "/srv/app", Optional.empty()), "/two");

    PodVolumes volumes = VolumeResolver.resolve(pod.call());

    assertThat(volumes.mounts())
        .containsExactly(
            List.of(
                new AppMount("data", "/srv/pod", "/one", false, true),
                new AppMount("data", "/srv/app", "/two", false, true)));
    assertThat(volumes.hostVolumes())
        .extracting(AppMount::source)
        .containsExactly("/srv/pod", "/srv/app");
  }

  @Test
  void refusesMountOfUnknownVolume() {
    TestPod pod = new TestPod();
    pod.app("a").mount("data", "/one");

    assertThatThrownBy(() -> VolumeResolver.resolve(pod.call()))
        .isInstanceOf(Stage1Exception.class)
        .hasMessageContaining("could not find volume \"data\"");
  }

  @Test
  void givesMountPointThePodsVolumeOfItsName() {
    TestPod pod = new TestPod().volume(host("data", "/srv", Optional.empty()));
    pod.app("a").mountPoint("data", "/var/data", true);

    assertThat(VolumeResolver.resolve(pod.call()).mounts().get(0))
        .containsExactly(new AppMount("data", "/srv", "/var/data", true, true));
  }

  @Test
  void makesUpEmptyVolumeForMountPointThatNobodyServes() {
    TestPod pod = new TestPod();
    pod.app("a").mountPoint("data", "/var/data", false);

    PodVolumes volumes = VolumeResolver.resolve(pod.call());

    assertThat(volumes.mounts().get(0))
        .containsExactly(
            new AppMount("a-data", POD + "/sharedVolumes/a-data", "/var/data", false, true));
    assertThat(volumes.emptyVolumes())
        .containsExactly(
            new EmptyVolume(POD + "/sharedVolumes/a-data", 0755, 0, 0, Optional.empty()));
    assertThat(volumes.warnings())
        .containsExactly(
            "warning: no volume specified for mount point \"data\", implicitly creating an"
                + " \"empty\" volume. This volume will be removed when the pod is"
                + " garbage-collected.");
  }

  @Test
  void leavesMountPointAloneWhosePathAMountHasTaken() {
    TestPod pod = new TestPod().volume(host("other", "/srv", Optional.empty()));
    pod.app("a").mount("other", "/var/data").mountPoint("data", "/var/data", false);

    PodVolumes volumes = VolumeResolver.resolve(pod.call());

    assertThat(volumes.mounts().get(0)).hasSize(1);
    assertThat(volumes.warnings()).isEmpty();
  }

  @Test
  void comparesPathsOfMountsAndMountPointsAsWritten() {
    TestPod pod = new TestPod().volume(host("other", "/srv", Optional.empty()));
    pod.app("a").mount("other", "/var/data/").mountPoint("data", "/var/data", false);

    assertThat(VolumeResolver.resolve(pod.call()).mounts().get(0)).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "true, false, true",
    "false, true, false",
    ", true, true",
    ", false, false",
  })
  void letsVolumeDecideReadOnlyAndMountPointIfItDoesNot(
      Boolean volume, boolean mountPoint, boolean expected) {
    TestPod pod = new TestPod().volume(host("data", "/srv", Optional.ofNullable(volume)));
    pod.app("a").mount("data", "/elsewhere").mountPoint("data", "/var/data", mountPoint);

    assertThat(VolumeResolver.resolve(pod.call()).mounts().get(0))
        .extracting(AppMount::readOnly)
        .containsExactly(expected, expected);
  }

  @Test
  void sharesOneDirectoryBetweenAppsAndKeepsPermissionBitsOnly() {
    Volume scratch =
        new Volume(
            AcName.parse("scratch"),
            Volume.Kind.EMPTY,
            Optional.empty(),
            Optional.empty(),
            Optional.of(false),
            Optional.of("1770"),
            Optional.of(10),
            Optional.of(20));
    TestPod pod = new TestPod().volume(scratch);
    pod.app("a").mount("scratch", "/a");
    pod.app("b").mount("scratch", "/b");

    PodVolumes volumes = VolumeResolver.resolve(pod.call());

    assertThat(volumes.emptyVolumes())
        .containsExactly(
            new EmptyVolume(POD + "/sharedVolumes/scratch", 0770, 10, 20, Optional.empty()));
    assertThat(volumes.mounts().get(1))
        .containsExactly(
            new AppMount("scratch", POD + "/sharedVolumes/scratch", "/b", false, false));
  }
}
