// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.SigningKey;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Our package of Debian's and units that use it, under a systemd of the test's own. The last test
 * takes the package away again.
 */
@Needs(Requirement.SYSTEMD)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SystemdIT {
  private static final String RUN =
      "/usr/bin/rkt --insecure-options=image run --uuid-file-save=/run/%s ";
  private static final String FILES =
      "find /etc /usr /var /opt /srv -xdev -not -path '/var/lib/dpkg/*' -not -path '/var/log/*'"
          + " -not -path '/var/cache/*' -not -name '*-' -printf '%M %u %g %p\\n' | sort";

  @TempDir static Path temp;
  private static SystemdHost host;
  private static String filesBefore;

  @BeforeAll
  static void bootAndInstall() throws IOException, InterruptedException {
    Path shared = Files.createDirectories(temp.resolve("shared"));
    SystemdHost.copyInto(shared, RktRunner.distribution().resolveSibling("."), ".deb");
    ServiceImage.write(
        shared,
        "notify",
        "say:STATUS=warming up",
        "await:/run/go/ready",
        "say:READY=1|STATUS=serving \u001b[31mall",
        "rest");
    ServiceImage.write(shared, "watched", "say:READY=1", "beat:/run/go/hang", "rest");
    ServiceImage.write(shared, "web", "serve:2");
    unit(
        shared,
        "notify.service",
        "Type=notify",
        "--volume=go,kind=host,source=/run/go --net=none",
        "notify");
    unit(
        shared,
        "watched.service",
        "Type=notify\nWatchdogSec=2s",
        "--volume=go,kind=host,source=/run/go --net=none",
        "watched");
    unit(shared, "web.service", "Type=exec", "--port=www:8080", "web");
    SigningKey key = SigningKey.of("Team <team@example.com>");
    Files.write(shared.resolve("key.gpg"), key.publicKey());
    key.signBeside(TestImage.named("example.com/signed").write(shared));
    Files.writeString(
        shared.resolve("web.socket"), "[Socket]\nListenStream=8080\nFileDescriptorName=web\n");
    host = SystemdHost.boot(shared);
    filesBefore = host.shell(FILES).exits(0).stdout();
    host.shell("dpkg -i /shared/*.deb && mkdir /run/go").exits(0);
    host.shell(
            "cp /shared/*.service /shared/*.socket /run/systemd/system/ && systemctl daemon-reload")
        .exits(0);
  }

  @AfterAll
  static void switchOff() {
    if (host != null) {
      host.close();
    }
  }

  private static void unit(Path shared, String name, String how, String flags, String image)
      throws IOException {
    Files.writeString(
        shared.resolve(name),
        "[Service]\n%s\nExecStart=%s%s /shared/example.com-%s-1.aci\n"
            .formatted(how, RUN.formatted(image), flags, image));
  }

  private static String uuid(String image) {
    return host.shell("cat /run/" + image).exits(0).stdout();
  }

  @Test
  @Order(1)
  @Covers("habit-package")
  void theProgramIsInstalledWithItsPagesGroupsAndDirectories() {
    assertThat(host.shell("rkt version | head -1; readlink -f /usr/bin/rkt").exits(0).stdout())
        .isEqualTo("rkt Version: 0.1.0\n/usr/lib/rktj/bin/rkt\n");
    assertThat(
            host.shell(
                    "stat -c '%A %U %G %n' /var/lib/rkt /etc/rkt /etc/rkt/auth.d"
                        + " /etc/rkt/trustedkeys/prefix.d; ls /usr/share/man/man1/rkt-run.1.gz"
                        + " /usr/share/bash-completion/completions/rkt; dpkg --verify rktj | grep -v ' /usr/share/doc/' || :")
                .exits(0)
                .stdout())
        .isEqualTo(
            """
            drwxr-s--- root rkt /var/lib/rkt
            drwxrwsr-x root rkt-admin /etc/rkt
            drwxrws--- root rkt-admin /etc/rkt/auth.d
            drwxrwsr-x root rkt-admin /etc/rkt/trustedkeys/prefix.d
            /usr/share/bash-completion/completions/rkt
            /usr/share/man/man1/rkt-run.1.gz
            """);
    host.shell("systemd-analyze --man=no verify /usr/lib/systemd/system/rkt-*").exits(0);
    assertThat(host.property("rkt-gc.timer", "UnitFileState")).isEqualTo("enabled");
  }

  @Test
  @Order(2)
  @Covers({"cli-4.7-wait-ready", "run-14-notify"})
  void aUnitOfTypeNotifyIsUpWhenItsAppSaysSo() {
    host.run("systemctl", "start", "--no-block", "notify").exits(0);
    host.await("notify", "StatusText", "warming up"::equals);
    assertThat(host.property("notify", "ActiveState")).isEqualTo("activating");
    String link =
        "/var/lib/rkt/pods/run/" + uuid("notify") + "/stage1/rootfs/rkt/supervisor-status";
    host.shell("test ! -e " + link).exits(0);

    host.shell("touch /run/go/ready").exits(0);
    host.await("notify", "ActiveState", "active"::equals);
    host.await("notify", "StatusText", "serving ?[31mall"::equals);
    assertThat(host.shell("readlink " + link).exits(0).stdout()).isEqualTo("ready\n");
    String main = host.property("notify", "MainPID");
    assertThat(
            host.shell(
                    "cd /var/lib/rkt/pods/run/%s; cat ppid; cat /proc/%s/comm; grep -o 'systemd:.*' /proc/%s/cgroup"
                        .formatted(uuid("notify"), main, main))
                .exits(0)
                .stdout())
        .isEqualTo(main + "\npod-init\nsystemd:" + host.property("notify", "ControlGroup") + "\n");

    host.run("systemctl", "stop", "notify").exits(0);
    assertThat(host.property("notify", "Result")).isEqualTo("success");
    assertThat(host.property("notify", "ExecMainStatus")).isEqualTo("0");
    assertThat(host.shell("rkt status " + uuid("notify")).exits(0).stdout())
        .contains("state=exited");
  }

  @Test
  @Order(3)
  void theWatchdogIsAnsweredUntilTheAppHangs() {
    host.run("systemctl", "start", "watched").exits(0);
    String first = host.property("watched", "WatchdogTimestampMonotonic");
    String second = host.await("watched", "WatchdogTimestampMonotonic", at -> !at.equals(first));
    host.await("watched", "WatchdogTimestampMonotonic", at -> !at.equals(second));
    assertThat(host.property("watched", "ActiveState")).isEqualTo("active");

    host.shell("touch /run/go/hang").exits(0);
    host.await("watched", "ActiveState", "failed"::equals);
    assertThat(host.property("watched", "Result")).isEqualTo("watchdog");
    assertThat(host.shell("rkt status " + uuid("watched")).exits(0).stdout())
        .contains("state=exited");
  }

  @Test
  @Order(4)
  @Covers("cli-1.4-activation")
  void aConnectionStartsAPodThatServesItOnSystemdsOwnSocket() {
    host.run("systemctl", "start", "web.socket").exits(0);
    assertThat(host.property("web.service", "ActiveState")).isEqualTo("inactive");

    String connect = "busybox nc 127.0.0.1 8080 </dev/null";
    assertThat(host.shell(connect).exits(0).stdout()).isEqualTo("fds=1 names=www for=me\n");
    assertThat(host.property("web.service", "ActiveState")).isEqualTo("active");
    assertThat(
            host.shell(
                    "app=$(busybox pidof service); socket=$(readlink /proc/$app/fd/3);"
                        + " ls /proc/$app/fd; ls -l /proc/1/fd | grep -cF \"$socket\";"
                        + " iptables-save | grep -c 8080 || :")
                .exits(0)
                .stdout())
        .isEqualTo("0\n1\n2\n3\n1\n0\n");
    assertThat(host.shell(connect).exits(0).stdout()).isEqualTo("fds=1 names=www for=me\n");
    host.await("web.service", "ActiveState", "inactive"::equals);
    assertThat(host.property("web.service", "Result")).isEqualTo("success");
    assertThat(host.property("web.socket", "ActiveState")).isEqualTo("active");
    host.run("systemctl", "stop", "web.socket").exits(0);
  }

  @Test
  @Order(5)
  @Covers("habit-timer")
  void theTimerCollectsPods() {
    host.shell(
            "rkt --insecure-options=image run --net=none /shared/example.com-web-1.aci --exec=/bin/true;"
                + " mkdir -p /run/systemd/system/rkt-gc.timer.d /run/systemd/system/rkt-gc.service.d;"
                + " printf '[Timer]\\nOnActiveSec=\\nOnActiveSec=1s\\nAccuracySec=1ms\\n' >/run/systemd/system/rkt-gc.timer.d/soon.conf;"
                + " printf '[Service]\\nEnvironment=GRACE_PERIOD=0s\\n' >/run/systemd/system/rkt-gc.service.d/soon.conf;"
                + " systemctl daemon-reload")
        .exits(0);
    assertThat(host.shell("rkt list --no-legend").exits(0).stdout()).isNotEmpty();

    host.run("systemctl", "restart", "rkt-gc.timer").exits(0);
    host.await("", "rkt", "list", "--no-legend");
    assertThat(host.property("rkt-gc.service", "Result")).isEqualTo("success");
    assertThat(host.property("rkt-gc.timer", "LastTriggerUSec")).isNotEmpty();
  }

  @Test
  @Order(6)
  @Covers("habit-groups")
  void membersOfRktLookAndMembersOfRktAdminTrust() {
    host.shell(
            "useradd -G rkt alice; useradd -G rkt-admin bob; useradd eve;"
                + " rkt --insecure-options=image prepare --quiet /shared/example.com-web-1.aci")
        .exits(0);
    String look = "rkt list --no-legend && rkt image list --no-legend";
    assertThat(as("alice", look).exits(0).stdout())
        .contains("prepared", "example.com/web:1", "example.com/notify:1");
    as("alice", "rkt --insecure-options=image fetch /shared/example.com-signed-1.aci").exits(254);
    as("eve", look).exits(254);

    String trust =
        "rkt trust --prefix=example.com/signed --skip-fingerprint-review /shared/key.gpg";
    as("alice", trust).exits(254);
    host.shell("rkt fetch /shared/example.com-signed-1.aci").exits(254);
    as("bob", trust).exits(0);
    assertThat(host.shell("rkt fetch /shared/example.com-signed-1.aci").exits(0).stderr())
        .contains("signature verified");
    assertThat(
            host.shell("cd /etc/rkt/trustedkeys/prefix.d; stat -c '%A %U %G' . * */*/*").stdout())
        .isEqualTo(
            """
            drwxrwsr-x root rkt-admin
            drwxrwsr-x bob rkt-admin
            -rw-r--r-- bob rkt-admin
            """);
  }

  private static RktResult as(String user, String script) {
    return host.run(
        "setpriv",
        "--reuid=" + user,
        "--regid=" + user,
        "--init-groups",
        "/bin/sh",
        "-e",
        "-c",
        script);
  }

  @Test
  @Order(99)
  @Covers("habit-package")
  void nothingIsLeftOfAPurgedPackage() {
    host.shell(
            "dpkg -r rktj && test ! -e /usr/bin/rkt && test ! -e /usr/lib/rktj && test -d /var/lib/rkt/cas")
        .exits(0);
    assertThat(host.property("rkt-gc.timer", "ActiveState")).isEqualTo("inactive");

    host.shell("dpkg -P rktj").exits(0);
    assertThat(host.shell(FILES).exits(0).stdout()).isEqualTo(filesBefore);
    host.shell("getent group rkt rkt-admin").exits(2);
  }
}
