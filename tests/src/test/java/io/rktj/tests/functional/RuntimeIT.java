// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.spec.json.JsonCursor;
import io.rktj.tests.conformance.Covers;
import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What apps find, row by row of {@code spec/rkt-runtime.md}: one pod of many apps, each of which is
 * asked questions by a shell and answers on its standard output.
 */
@Needs(Requirement.PODS)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RuntimeIT {
  private static final String IMAGE = "example.com/app";

  private final Map<String, List<Question>> questions = new LinkedHashMap<>();
  private Path temp;
  private RktRunner rkt;
  private RktResult result;
  private Path pod;

  private record Question(String command, String answer) {}

  @BeforeAll
  void askAllAppsOfOnePod(@TempDir Path directory) throws IOException {
    temp = directory;
    askAboutRoots();
    askAboutVolumes();
    askAboutIdentity();
    askAboutCalls();
    Path data = temp.resolve("source");
    Files.createDirectories(data.resolve("sub"));
    Files.writeString(data.resolve("kept"), "host\n");
    Path image = image().write(temp.resolve("images"));
    Path docker = dockerImage().write(temp.resolve("images"));
    // a file system below a source of volumes, which nobody but this command's children sees
    rkt =
        RktRunner.in(temp)
            .inside(
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount -t tmpfs none " + data.resolve("sub") + " && exec \"$@\"",
                "sh");
    rkt.run("--insecure-options=image", "fetch", image.toString(), docker.toString()).exits(0);
    List<String> line = new ArrayList<>(List.of("--insecure-options=image", "run", "--net=none"));
    line.add("--uuid-file-save=" + temp.resolve("uuid"));
    volumes(line, data);
    line.add(IMAGE);
    app(line, "roots");
    app(line, "places", placesOfVolumes());
    app(line, "sys", "--mount=volume=data,target=/sys");
    app(line, "owner", "--user=/owned", "--group=/owned", "--working-dir=/bin");
    app(line, "kills", "--seccomp=mode=remove,mkdir,mkdirat");
    app(line, "denies", "--seccomp=mode=remove,errno=EXDEV,mkdir,mkdirat");
    app(line, "all", "--seccomp=mode=retain,@appc.io/all", "--user=1", "--group=1");
    app(line, "empty", "--seccomp=mode=remove,@appc.io/empty");
    app(line, "named", "--seccomp=mode=remove,errno=ENOLINK,@docker/default-blacklist");
    app(line, "nothing", "--caps-retain=CAP_KILL", "--caps-retain=CAP_CHOWN");
    line.set(line.size() - 1, "example.com/docker");
    app(line, "docker");
    line.remove(line.size() - 1);
    result = rkt.run(line.toArray(new String[0])).exits(0);
    pod = rkt.data().resolve("pods/run/" + Files.readString(temp.resolve("uuid")));
  }

  @AfterAll
  void collect() {
    rkt.run("gc", "--grace-period=0s").exits(0);
  }

  private static TestImage image() {
    TestImage image =
        TestImage.named(IMAGE)
            .directory("dir")
            .symlink("link", "/dir")
            .symlink("out", "../../../../dir")
            .app(
                "\"mountPoints\":[{\"name\":\"opened\",\"path\":\"/opened\",\"readOnly\":true},"
                    + "{\"name\":\"closed\",\"path\":\"/closed\"},"
                    + "{\"name\":\"own\",\"path\":\"/own\",\"readOnly\":true}]");
    image.tar().pax("uid", "1234", "gid", "2345").file("rootfs/owned", "");
    return image;
  }

  private static TestImage dockerImage() {
    TestImage image =
        TestImage.named("example.com/docker")
            .app("\"mountPoints\":[{\"name\":\"db\",\"path\":\"/db\"}]")
            .manifest("\"annotations\":[{\"name\":\"appc.io/docker/repository\",\"value\":\"x\"}]");
    image.tar().pax("uid", "7", "gid", "8");
    image.tar().entry("rootfs/db", '5', 0750, "", new byte[0], 0, 0);
    return image.file("db/seed", "of the image");
  }

  private void volumes(List<String> line, Path data) {
    String host = ",kind=host,source=" + data;
    line.add("--volume=data" + host);
    line.add("--volume=flat" + host + ",recursive=false");
    line.add("--volume=shut" + host + ",readOnly=true");
    line.add("--volume=opened" + host + ",readOnly=false");
    line.add("--volume=closed" + host + ",readOnly=true");
    line.add("--volume=file,kind=host,source=" + data.resolve("kept"));
    line.add("--volume=node,kind=host,source=/dev/zero");
    line.add("--volume=shared,kind=empty,mode=0770,uid=5,gid=6");
    line.add("--mount=volume=data,target=/twice");
  }

  private static String[] placesOfVolumes() {
    return new String[] {
      "--mount=volume=data,target=/data",
      "--mount=volume=flat,target=/flat",
      "--mount=volume=shut,target=/shut",
      "--mount=volume=file,target=/new/place/file",
      "--mount=volume=file,target=/link/file",
      "--mount=volume=file,target=/out/other",
      "--mount=volume=file,target=/twice/",
      "--mount=volume=node,target=/dev/mine",
      "--mount=volume=shared,target=../../rel/./x",
    };
  }

  /** Adds an app that answers its questions; each answer is on one line, beside its number. */
  private void app(List<String> line, String name, String... flags) {
    StringBuilder script = new StringBuilder();
    int number = 0;
    for (Question question : asked(name)) {
      script.append("echo \"=").append(number++).append(' ');
      script.append("$( (").append(question.command()).append(") 2>&1 | tr '\\n' ' ')\"\n");
    }
    line.add("--name=" + name);
    line.addAll(List.of(flags));
    line.addAll(List.of("--exec=sh", "--", "-c", script.toString(), "---", IMAGE));
  }

  private void ask(String app, String command, String answer) {
    questions.computeIfAbsent(app, name -> new ArrayList<>()).add(new Question(command, answer));
  }

  private List<Question> asked(String app) {
    return questions.getOrDefault(app, List.of());
  }

  private void compare(String app) {
    List<String> answers = result.lines(app);
    SoftAssertions all = new SoftAssertions();
    List<Question> asked = asked(app);
    for (int i = 0; i < asked.size(); i++) {
      String mark = "=" + i + " ";
      String answer =
          answers.stream().filter(line -> line.startsWith(mark)).findFirst().orElse(mark + "none");
      all.assertThat(answer.substring(mark.length()).strip())
          .as(asked.get(i).command())
          .matches(asked.get(i).answer());
    }
    all.assertAll();
  }

  private void askAboutRoots() {
    String nodes = "null zero full random urandom tty";
    ask(
        "roots",
        "cd /dev; stat -c '%t:%T %a' " + nodes,
        "1:3 666 1:5 666 1:7 666 1:8 666 1:9 666 5:0 666");
    ask("roots", "stat -c %F /proc /sys /dev/pts /dev/shm /run", "(directory ?){5}");
    ask("roots", "test $(stat -c %d /) = $(stat -c %d /tmp); echo $?", "0");
    ask("roots", "stat -c %a /etc/hostname", "644");
    ask("roots", "cat /etc/hostname", "rkt-[0-9a-f-]{36}");
    ask("roots", "grep -c '^127.0.0.1 localhost .* rkt-[0-9a-f-]*$' /etc/hosts", "1");
    ask("roots", "readlink /proc/self/ns/ipc", "ipc:.*");
    ask("roots", "cat /proc/self/cgroup", ".*scope/system.slice/roots.service.*");
    ask("roots", "echo ${TERM-none} ${AC_METADATA_URL-none} ${container-none}", "none none none");
    ask("roots", "grep -c . /etc/resolv.conf", ".*No such file or directory");
  }

  private void askAboutVolumes() {
    ask("places", "cat /data/kept /flat/kept", "host host");
    ask("places", "touch /data/sub/x /data/y && ls /flat/sub", "");
    ask("places", "ls /data/sub", "x");
    ask("places", "touch /shut/z", ".*Read-only file system");
    ask("places", "touch /shut/sub/z", ".*Read-only file system");
    ask("places", "touch /opened/o && echo made", "made");
    ask("places", "touch /closed/c", ".*Read-only file system");
    ask("places", "touch /own/c && echo made", "made");
    ask("places", "cat /new/place/file /dir/file /dir/other", "host host host");
    ask("places", "stat -c '%a %u:%g' /new /new/place", "755 0:0 755 0:0");
    ask("places", "stat -c %F /twice", "regular file");
    ask("places", "head -c 3 /dev/mine | wc -c", "3");
    ask("places", "stat -c '%a %u:%g' /rel/x", "770 5:6");
    ask("sys", "cat /sys/kept", "host");
    ask("sys", "cat /twice/kept", "host");
    ask("docker", "cat /db/seed", "of the image");
    ask("docker", "stat -c '%a %u:%g' /db", "750 7:8");
    ask("docker", "grep -c ' /db ' /proc/self/mountinfo", "1");
  }

  private void askAboutIdentity() {
    ask("owner", "id -u; id -g", "1234 2345");
    ask("owner", "pwd", "/bin");
    ask("owner", "echo $USER $LOGNAME $HOME $SHELL", "root root /root /bin/sh");
    ask("nothing", "grep CapBnd /proc/self/status", "CapBnd:\\s*0+1");
  }

  private void askAboutCalls() {
    String state = "grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status | cut -f2";
    ask("kills", "/bin/mkdir /x; echo $?", ".*159");
    ask("kills", state, "0 2");
    ask("denies", "/bin/mkdir /x", ".*Invalid cross-device link");
    ask("all", state, "0 0");
    ask("empty", state, "0 2");
    ask("empty", "mkdir /x && echo made", "made");
    ask("named", "mount -t tmpfs none /tmp", ".*Link has been severed");
    ask("named", "mkdir /x && echo made", "made");
  }

  @Test
  @Covers({
    "run-3-directories",
    "run-3-nodes",
    "run-3-files",
    "run-7-path",
    "run-11-groups",
    "run-9-hostname"
  })
  void rootsHaveWhatEveryAppFinds() {
    compare("roots");
  }

  @Test
  @Covers({
    "run-5-read-only",
    "run-5-first",
    "run-5-target",
    "run-5-recursive",
    "run-5-file",
    "run-5-shared"
  })
  void volumesAreWhereAndAsTheyWereAskedFor() {
    compare("places");
    assertThat(temp.resolve("source/y")).exists();
    assertThat(temp.resolve("source/o")).exists();
  }

  @Test
  @Covers({"run-5-sys", "run-5-first"})
  void volumeOnSysTakesItsPlace() {
    compare("sys");
  }

  @Test
  @Covers("run-5-docker")
  void implicitVolumeOfADockerImageHasWhatTheImageHas() {
    compare("docker");
    result.stderrHas(
        "Docker converted image, initializing implicit volume with data contained at the mount"
            + " point \"db\".");
  }

  @Test
  @Covers({"run-6-ids", "run-7-defaults", "run-7-path"})
  void ownerOfAFileIsAUser() {
    compare("owner");
  }

  @Test
  @Covers("run-8-caps")
  void lastSetOfCapabilitiesCounts() {
    compare("nothing");
  }

  @Test
  @Covers({"run-8-seccomp", "run-8-seccomp-sets", "run-8-nnp"})
  void filteredCallsKillOrFail() {
    for (String app : List.of("kills", "denies", "all", "empty", "named")) {
      compare(app);
    }
  }

  @Test
  @Covers({"cli-6.2-pod", "cli-6.2-status", "run-13-files", "run-11-groups"})
  void directoryOfThePodHasRktsFiles() throws IOException {
    for (String file : List.of("pod-created", "overlay-prepared", "ppid", "logs/roots")) {
      assertThat(pod.resolve(file)).isRegularFile();
    }
    assertThat(Files.getAttribute(pod.resolve("pod"), "unix:mode")).isEqualTo(0100640);
    JsonCursor manifest = JsonCursor.parse(Files.readAllBytes(pod.resolve("pod")), "pod");
    assertThat(manifest.list("apps").get(0).member("name").text()).isEqualTo("roots");
    assertThat(pod.resolve("appsinfo/roots/manifest")).content().contains(IMAGE);
    String tree = Files.readString(pod.resolve("appsinfo/roots/treeStoreID")).strip();
    assertThat(pod.resolve("overlay/" + tree + "/upper/roots")).isDirectory();
    assertThat(Files.readSymbolicLink(pod.resolve("flavor"))).hasToString("nspawn");
    String group = Files.readString(pod.resolve("subcgroup"));
    assertThat(group).endsWith(".scope");
    assertThat(String.join("\n", result.lines("roots")))
        .contains(group + "/system.slice/roots.service");
    Path rootfs = pod.resolve("stage1/rootfs");
    assertThat(rootfs.resolve("rkt/status/roots")).hasContent("0\n");
    assertThat(rootfs.resolve("rkt/env/roots")).content(UTF_8).contains("AC_APP_NAME=roots\n");
    assertThat(pod.resolve("sharedVolumes/shared")).isDirectory();
  }
}
