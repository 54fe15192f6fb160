// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktProcess;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The main job: a real etcd and a second app that writes and reads through it, for {@code
 * etcd.seconds} (20 unless set; 600 for the long run), then stopped in order.
 */
@Needs(Requirement.ETCD)
class EtcdIT {
  private static final int SECONDS = Integer.getInteger("etcd.seconds", 20);

  @TempDir Path temp;

  @Test
  void servesASecondAppUntilItIsStopped() throws IOException, InterruptedException {
    serves(SECONDS, SECONDS, "--net=none");
  }

  @Test
  @Needs({Requirement.ETCD, Requirement.MACHINES})
  void servesASecondAppInAMachineToo() throws IOException, InterruptedException {
    Path shared = RktRunner.distribution().resolveSibling("machines");
    Files.createDirectories(shared);
    Files.createDirectories(RktRunner.in(temp).data());
    Files.createSymbolicLink(RktRunner.in(temp).data().resolve("kvm"), shared);
    serves(3, 1, "--net=none", "--stage1-name=rktj.io/stage1-kvm");
  }

  private void serves(int seconds, int rounds, String... flags)
      throws IOException, InterruptedException {
    RktRunner rkt = RktRunner.in(temp);
    TestImage server =
        TestImage.named("example.com/etcd")
            .exec("/usr/bin/etcd", "--data-dir=/var/lib/etcd", "--log-level=error");
    server.directory("usr").directory("usr/bin").directory("var").directory("var/lib");
    addProgram(server, "/usr/bin/etcd");
    TestImage client =
        TestImage.named("example.com/client")
            .script(
                "trap 'echo asked to stop; exit 0' TERM; n=0; until etcdctl endpoint health"
                    + " >/dev/null 2>&1; do sleep 0.1; done; while :; do n=$((n+1)); etcdctl put"
                    + " k $n >/dev/null || { sleep 2; exit 1; }; [ \"$(etcdctl get k --print-value-only)\" = $n ]"
                    + " || { sleep 2; exit 2; }; echo ok $n; done")
            .app("\"environment\":[{\"name\":\"ETCDCTL_API\",\"value\":\"3\"}]");
    client.directory("usr").directory("usr/bin");
    addProgram(client, "/usr/bin/etcdctl");
    Path uuid = temp.resolve("uuid");
    List<String> line = new ArrayList<>(List.of("--insecure-options=image", "run"));
    line.addAll(List.of(flags));
    line.add("--uuid-file-save=" + uuid);
    line.add(server.write(temp.resolve("images")).toString());
    line.add(client.write(temp.resolve("images")).toString());
    RktProcess pod = rkt.start(line.toArray(new String[0]));
    pod.awaitStdout("ok 1", 90);
    long deadline = System.nanoTime() + seconds * 1_000_000_000L;
    int seen = 0;
    while (System.nanoTime() < deadline) {
      Thread.sleep(500);
      assertThat(pod.process().isAlive()).as(pod.stdout() + pod.stderr()).isTrue();
      int now =
          (int) pod.stdout().lines().filter(l -> l.contains(" ok ") || l.endsWith("]: ok")).count();
      assertThat(now).isGreaterThanOrEqualTo(seen);
      seen = now;
    }
    pod.signal(15);
    RktResult result = pod.await(60).exits(0);
    assertThat(result.lines("client")).contains("asked to stop").hasSizeGreaterThan(rounds);
    String status = rkt.run("status", Files.readString(uuid)).exits(0).stdout();
    assertThat(status).contains("state=exited", "app-client=0", "app-etcd=");
    rkt.run("gc", "--grace-period=0s").exits(0);
    assertThat(Rkt.filesBelow(rkt.data().resolve("pods"))).isEmpty();
  }

  private static void addProgram(TestImage image, String program)
      throws IOException, InterruptedException {
    Process ldd = new ProcessBuilder("ldd", program).start();
    String text = new String(ldd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    ldd.waitFor();
    Set<String> files = new TreeSet<>(List.of(program));
    Matcher matcher = Pattern.compile("(/[^ ]+) \\(").matcher(text);
    while (matcher.find()) {
      files.add(matcher.group(1));
    }
    Set<String> directories = new TreeSet<>();
    for (String file : files) {
      for (Path at = Path.of(file).getParent();
          at != null && at.getParent() != null;
          at = at.getParent()) {
        directories.add(at.toString().substring(1));
      }
    }
    for (String directory : directories) {
      if (!directory.equals("usr") && !directory.equals("usr/bin")) {
        image.directory(directory);
      }
    }
    for (String file : files) {
      image.tar().program("rootfs" + file, Files.readAllBytes(Path.of(file)));
    }
  }
}
