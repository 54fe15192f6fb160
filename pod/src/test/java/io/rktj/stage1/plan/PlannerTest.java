// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage1.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.pod.IdRange;
import io.rktj.spec.AcName;
import io.rktj.spec.Quantity;
import io.rktj.spec.manifest.Isolator;
import io.rktj.spec.manifest.Volume;
import io.rktj.stage1.Stage1Call;
import io.rktj.stage1.Stage1Exception;
import io.rktj.stage1.TestPod;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlannerTest {
  private static final String SCOPE =
      "/machine-rkt\\x2d6733c088\\x2da507\\x2d4694\\x2daabf\\x2deac2d73b4a1c.scope";

  private static final HostFacts LEGACY =
      new HostFacts(
          List.of(
              hierarchy("name=systemd", "/cg/systemd", ""),
              hierarchy("memory", "/cg/memory", "/own"),
              hierarchy("devices", "/cg/devices", ""),
              new HostFacts.Hierarchy(List.of("cpu", "cpuacct"), "/cg/cpu,cpuacct", "")),
          Optional.empty(),
          false);

  private static final HostFacts BARE = new HostFacts(List.of(), Optional.empty(), false);

  private static HostFacts.Hierarchy hierarchy(String controller, String mountPoint, String path) {
    return new HostFacts.Hierarchy(List.of(controller), mountPoint, path);
  }

  private static HostFacts unified(String... controllers) {
    return new HostFacts(
        List.of(),
        Optional.of(new HostFacts.Unified("/cg", "/a.slice", List.of(controllers), false)),
        false);
  }

  private static Isolator limit(String name, String amount) {
    return new Isolator.Resource(
        name, false, Optional.empty(), Optional.of(Quantity.parse(amount)));
  }

  private static PodPlan plan(Stage1Call call, HostFacts host) {
    return plan(call, host, List.of());
  }

  private static PodPlan plan(
      Stage1Call call, HostFacts host, List<Surroundings.SourceDevice> devices) {
    return Planner.plan(
        call,
        new Surroundings(
            host,
            VolumeResolver.resolve(call),
            devices,
            new NetworkPlan.LoopbackOnly(),
            false,
            rules -> Bytes.copyOf(new byte[] {(byte) rules.size()})));
  }

  private static String text(List<?> lines) {
    StringBuilder text = new StringBuilder();
    for (Object line : lines) {
      text.append(line).append('\n');
    }
    return text.toString();
  }

  @Test
  void plansThePlainestPod() {
    TestPod pod = new TestPod();
    pod.app("web");

    PodPlan plan = plan(pod.call(), BARE);

    String root = "/pods/run/" + TestPod.UUID + "/stage1/rootfs";
    SandboxPlan sandbox = plan.sandbox();
    assertThat(sandbox)
        .isEqualTo(
            new SandboxPlan(
                TestPod.UUID,
                "rkt-" + TestPod.UUID,
                "/pods/run/" + TestPod.UUID,
                root,
                new NetworkPlan.LoopbackOnly(),
                false,
                sandbox.mounts(),
                CgroupPlan.NONE,
                root + "/rkt/supervisor-status",
                false,
                false,
                90_000,
                IdRange.NONE,
                LogLimits.DEFAULT,
                List.of(
                    new AppSandbox(
                        AcName.parse("web"),
                        root + "/opt/stage2/web/rootfs",
                        sandbox.apps().get(0).mounts(),
                        false,
                        CgroupPlan.NONE,
                        "/pods/run/" + TestPod.UUID + "/logs/web",
                        "",
                        root + "/rkt/status/web"))));
    assertThat(plan.warnings())
        .containsExactly(
            "warning: the control group controller \"devices\" is not mounted:"
                + " access to device nodes is not restricted");
    assertThat(plan.cgroupDirectories()).isEmpty();
    assertThat(plan.subcgroup()).isEmpty();
  }

  @Test
  void hidesAndProtectsWhatAppsHaveNoBusinessWith() {
    TestPod pod = new TestPod();
    pod.app("web");

    assertThat(text(plan(pod.call(), BARE).sandbox().mounts()))
        .isEqualTo(
            """
            SelfBind[]
            FileSystem[type=proc, path=/proc, flags=14, data=]
            FileSystem[type=sysfs, path=/sys, flags=15, data=]
            ReadOnly[path=/proc/bus, flags=48]
            ReadOnly[path=/proc/fs, flags=48]
            ReadOnly[path=/proc/irq, flags=48]
            ReadOnly[path=/proc/sys, flags=48]
            ReadOnly[path=/proc/sysrq-trigger, flags=48]
            Mask[path=/proc/acpi]
            Mask[path=/proc/asound]
            Mask[path=/proc/config.gz]
            Mask[path=/proc/kallsyms]
            Mask[path=/proc/kcore]
            Mask[path=/proc/keys]
            Mask[path=/proc/kmem]
            Mask[path=/proc/latency_stats]
            Mask[path=/proc/mem]
            Mask[path=/proc/sched_debug]
            Mask[path=/proc/scsi]
            Mask[path=/proc/timer_list]
            Mask[path=/proc/timer_stats]
            Mask[path=/sys/firmware]
            Mask[path=/sys/fs]
            Mask[path=/sys/hypervisor]
            Mask[path=/sys/module]
            Mask[path=/sys/power]
            FileSystem[type=devpts, path=/dev/pts, flags=10, data=newinstance,ptmxmode=0666,mode=0620,gid=5]
            FileSystem[type=tmpfs, path=/dev/shm, flags=6, data=mode=1777]
            """);
  }

  @Test
  void hidesProcess1WhereAnAppMayOpenEveryProcess() {
    TestPod plain = new TestPod();
    plain.app("web").isolator(new Isolator.Capabilities(false, List.of("CAP_SYS_PTRACE")));
    TestPod tracing = new TestPod();
    tracing.app("web");
    tracing.app("gdb").isolator(new Isolator.Capabilities(true, List.of("CAP_SYS_PTRACE")));

    assertThat(plan(plain.call(), LEGACY).sandbox().mounts())
        .doesNotContain(new MountOp.Mask("/proc/1"));
    assertThat(plan(tracing.call(), LEGACY).sandbox().mounts())
        .contains(new MountOp.Mask("/proc/1"));
  }

  @Test
  void leavesPathsOpenAndShowsControlGroupsWithInsecureOptionPaths() {
    TestPod pod = new TestPod().unprotected();
    pod.app("web");

    PodPlan plan = plan(pod.call(), LEGACY);

    assertThat(text(plan.sandbox().mounts()))
        .isEqualTo(
            """
            SelfBind[]
            FileSystem[type=proc, path=/proc, flags=14, data=]
            FileSystem[type=sysfs, path=/sys, flags=14, data=]
            FileSystem[type=tmpfs, path=/sys/fs/cgroup, flags=14, data=mode=755]
            FileSystem[type=cgroup, path=/sys/fs/cgroup/systemd, flags=15, data=none,name=systemd]
            FileSystem[type=cgroup, path=/sys/fs/cgroup/memory, flags=15, data=memory]
            FileSystem[type=cgroup, path=/sys/fs/cgroup/devices, flags=15, data=devices]
            FileSystem[type=cgroup, path=/sys/fs/cgroup/cpu,cpuacct, flags=15, data=cpu,cpuacct]
            Symlink[target=cpu,cpuacct, path=/sys/fs/cgroup/cpu]
            Symlink[target=cpu,cpuacct, path=/sys/fs/cgroup/cpuacct]
            FileSystem[type=devpts, path=/dev/pts, flags=10, data=newinstance,ptmxmode=0666,mode=0620,gid=5]
            FileSystem[type=tmpfs, path=/dev/shm, flags=6, data=mode=1777]
            """);
    assertThat(plan.sandbox().apps().get(0).cgroups().join())
        .containsExactly("/cg/systemd" + SCOPE + "/system.slice/web.service");
  }

  @Test
  void makesAnAppsRootInOrder() {
    TestPod pod = new TestPod().volume(Volume.empty(AcName.parse("data")));
    pod.app("web").mount("data", "/var/data").mount("data", "/dev/shared");

    assertThat(text(plan(pod.call(), BARE).sandbox().apps().get(0).mounts()))
        .isEqualTo(
            """
            Overlay[lower=/cas/tree/T/rootfs, upper=P/overlay/T/upper/web, work=P/overlay/T/work/web, isVolatile=false]
            Directory[path=/dev, mode=493]
            Directory[path=/etc, mode=493]
            Directory[path=/proc, mode=493]
            Directory[path=/run, mode=493]
            Directory[path=/sys, mode=493]
            Directory[path=/tmp, mode=1023]
            Bind[source=P/sharedVolumes/data, path=/var/data, flags=16]
            FileSystem[type=tmpfs, path=/dev, flags=10, data=mode=755,size=65536k]
            Device[path=/dev/null, mode=8630, device=259]
            Device[path=/dev/zero, mode=8630, device=261]
            Device[path=/dev/full, mode=8630, device=263]
            Device[path=/dev/random, mode=8630, device=264]
            Device[path=/dev/urandom, mode=8630, device=265]
            Device[path=/dev/tty, mode=8630, device=1280]
            BindFromPod[source=dev/pts, path=/dev/pts, flags=0]
            BindFromPod[source=dev/shm, path=/dev/shm, flags=0]
            Symlink[target=pts/ptmx, path=/dev/ptmx]
            Symlink[target=/proc/self/fd, path=/dev/fd]
            Symlink[target=/proc/self/fd/0, path=/dev/stdin]
            Symlink[target=/proc/self/fd/1, path=/dev/stdout]
            Symlink[target=/proc/self/fd/2, path=/dev/stderr]
            BindFromPod[source=proc, path=/proc, flags=16]
            BindFromPod[source=sys, path=/sys, flags=16]
            Bind[source=P/sharedVolumes/data, path=/dev/shared, flags=16]
            BindFromPod[source=etc/hosts-fallback, path=/etc/hosts, flags=64]
            BindFromPod[source=proc/sys/kernel/hostname, path=/etc/hostname, flags=1]
            Symlink[target=../proc/self/mounts, path=/etc/mtab]
            """
                .replace("P/", "/pods/run/" + TestPod.UUID + "/"));
  }

  @Test
  void leavesSysToAVolumeThatIsThere() {
    TestPod pod = new TestPod().volume(Volume.empty(AcName.parse("data")));
    pod.app("web").mount("data", "/sys/kernel/debug");

    assertThat(plan(pod.call(), BARE).sandbox().apps().get(0).mounts())
        .doesNotContain(new MountOp.BindFromPod("sys", "/sys", MountOp.RECURSIVE));
  }

  @Test
  void takesNamesFromWhereTheUserSays() {
    TestPod pod =
        new TestPod().names(Stage1Call.DnsMode.HOST, Stage1Call.HostsMode.STAGE0).withoutOverlay();
    pod.app("web");

    assertThat(plan(pod.call(), BARE).sandbox().apps().get(0).mounts())
        .startsWith(new MountOp.SelfBind())
        .contains(
            new MountOp.Bind("/etc/resolv.conf", "/etc/resolv.conf", 33),
            new MountOp.BindFromPod("etc/rkt-hosts", "/etc/hosts", 0));
  }

  @Test
  void givesTheConsoleToInteractivePodsOnly() {
    TestPod pod = new TestPod().interactive();
    pod.app("web");

    assertThat(plan(pod.call(), BARE).sandbox().apps().get(0).mounts())
        .contains(new MountOp.Console("/dev/console"));
  }

  @Test
  void usesOnlyTheLegacyHierarchiesThatAreNeeded() {
    TestPod pod = new TestPod();
    pod.app("web")
        .isolator(limit("resource/memory", "64Mi"))
        .isolator(limit("resource/memory", "32Mi"));
    pod.app("db").isolator(limit("resource/cpu", "500m")).isolator(new Isolator.CpuShares(512));

    PodPlan plan = plan(pod.call(), LEGACY);

    assertThat(plan.subcgroup()).isEqualTo(SCOPE.substring(1));
    assertThat(plan.sandbox().cgroups().join()).containsExactly("/cg/systemd" + SCOPE);
    assertThat(plan.cgroupDirectories())
        .startsWith(
            "/cg/systemd" + SCOPE,
            "/cg/systemd" + SCOPE + "/system.slice",
            "/cg/devices" + SCOPE,
            "/cg/devices" + SCOPE + "/system.slice",
            "/cg/memory/own" + SCOPE,
            "/cg/memory/own" + SCOPE + "/system.slice",
            "/cg/cpu,cpuacct" + SCOPE);
    CgroupPlan web = plan.sandbox().apps().get(0).cgroups();
    assertThat(web.join())
        .containsExactly(
            "/cg/systemd" + SCOPE + "/system.slice/web.service",
            "/cg/devices" + SCOPE + "/system.slice/web.service",
            "/cg/memory/own" + SCOPE + "/system.slice/web.service");
    assertThat(web.directories().get(2).settings())
        .containsExactly(new CgroupPlan.Setting("memory.limit_in_bytes", "33554432", true));
    CgroupPlan db = plan.sandbox().apps().get(1).cgroups();
    assertThat(db.directories().get(2).settings())
        .containsExactly(
            new CgroupPlan.Setting("cpu.shares", "512", true),
            new CgroupPlan.Setting("cpu.cfs_period_us", "100000", true),
            new CgroupPlan.Setting("cpu.cfs_quota_us", "50000", true));
  }

  @Test
  void closesTheDevicePolicyButForVolumes() {
    TestPod pod =
        new TestPod()
            .volume(Volume.host(AcName.parse("disk"), "/dev/sda", Optional.of(true)))
            .volume(Volume.host(AcName.parse("fuse"), "/dev/fuse", Optional.empty()));
    pod.app("web").mount("disk", "/dev/disk").mount("fuse", "/dev/fuse");

    PodPlan plan =
        plan(
            pod.call(),
            LEGACY,
            List.of(
                new Surroundings.SourceDevice("/dev/sda", true, 8, 0),
                new Surroundings.SourceDevice("/dev/fuse", false, 10, 229)));

    assertThat(text(plan.sandbox().apps().get(0).cgroups().directories().get(1).settings()))
        .isEqualTo(
            """
            Setting[file=devices.deny, value=a, required=true]
            Setting[file=devices.allow, value=c 1:3 rwm, required=false]
            Setting[file=devices.allow, value=c 1:5 rwm, required=false]
            Setting[file=devices.allow, value=c 1:7 rwm, required=false]
            Setting[file=devices.allow, value=c 1:8 rwm, required=false]
            Setting[file=devices.allow, value=c 1:9 rwm, required=false]
            Setting[file=devices.allow, value=c 5:0 rwm, required=false]
            Setting[file=devices.allow, value=c 5:1 rw, required=false]
            Setting[file=devices.allow, value=c 5:2 rw, required=false]
            Setting[file=devices.allow, value=c 136:* rw, required=false]
            Setting[file=devices.allow, value=b 8:0 r, required=false]
            Setting[file=devices.allow, value=c 10:229 rw, required=false]
            """);
  }

  @Test
  void putsProcessesIntoLeavesOnly() {
    TestPod pod = new TestPod().isolator(limit("resource/memory", "1Gi"));
    pod.app("web").isolator(limit("resource/cpu", "1500m")).isolator(new Isolator.CpuShares(2048));

    PodPlan plan = plan(pod.call(), unified("memory", "cpu", "pids"));

    assertThat(plan.subcgroup()).isEqualTo("a.slice" + SCOPE);
    assertThat(plan.cgroupDirectories())
        .containsExactly(
            "/cg/a.slice" + SCOPE,
            "/cg/a.slice" + SCOPE + "/init.scope",
            "/cg/a.slice" + SCOPE + "/system.slice",
            "/cg/a.slice" + SCOPE + "/system.slice/web.service");
    CgroupPlan.Setting memory = new CgroupPlan.Setting("cgroup.subtree_control", "+memory", false);
    CgroupPlan.Setting cpu = new CgroupPlan.Setting("cgroup.subtree_control", "+cpu", false);
    assertThat(plan.sandbox().cgroups())
        .isEqualTo(
            new CgroupPlan(
                List.of(
                    new CgroupPlan.Directory("/cg/a.slice", List.of(memory, cpu), Bytes.EMPTY),
                    new CgroupPlan.Directory(
                        "/cg/a.slice" + SCOPE,
                        List.of(
                            new CgroupPlan.Setting("memory.max", "1073741824", true), memory, cpu),
                        Bytes.EMPTY),
                    new CgroupPlan.Directory(
                        "/cg/a.slice" + SCOPE + "/init.scope", List.of(), Bytes.EMPTY),
                    new CgroupPlan.Directory(
                        "/cg/a.slice" + SCOPE + "/system.slice",
                        List.of(memory, cpu),
                        Bytes.EMPTY)),
                List.of("/cg/a.slice" + SCOPE + "/init.scope")));
    assertThat(plan.sandbox().apps().get(0).cgroups().directories())
        .containsExactly(
            new CgroupPlan.Directory(
                "/cg/a.slice" + SCOPE + "/system.slice/web.service",
                List.of(
                    new CgroupPlan.Setting("cpu.weight", "200", true),
                    new CgroupPlan.Setting("cpu.max", "150000 100000", true)),
                Bytes.copyOf(new byte[] {9})));
  }

  @Test
  void warnsOfLimitsThatTheHostCannotSet() {
    TestPod pod = new TestPod().unprotected();
    pod.app("web").isolator(limit("resource/memory", "1Gi")).isolator(limit("resource/cpu", "1"));

    String memory =
        "warning: resource/memory isolator set but support disabled in the kernel, skipping";
    String cpu = "warning: resource/cpu isolator set but support disabled in the kernel, skipping";
    assertThat(plan(pod.call(), BARE).warnings()).containsExactly(memory, cpu);
    assertThat(plan(pod.call(), unified("pids")).warnings()).containsExactly(memory, cpu);
  }

  @Test
  void refusesAProcessorLimitBeyondCounting() {
    TestPod pod = new TestPod();
    pod.app("web").isolator(limit("resource/cpu", "9223372036854775807"));

    assertThatThrownBy(() -> plan(pod.call(), LEGACY))
        .isInstanceOf(Stage1Exception.class)
        .hasMessageContaining("cpu limit exceeds the maximum millivalue: 9223372036854775807");
  }

  @Test
  void givesTheSmallestQuotaTheKernelTakes() {
    assertThat(LegacyCgroupPlanner.quotaMicros(5)).isEqualTo(1000);
    assertThat(LegacyCgroupPlanner.quotaMicros(1)).isEqualTo(1000);
    assertThat(LegacyCgroupPlanner.quotaMicros(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
  }
}
