// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Every flag of every command, as data ({@code spec/rkt-cli.md} sections 1.3, 3, 4 and 7). Lists
 * are in order of names, as help shows them.
 */
final class Flags {
  private static final String STORE_ADVICE = "please use --pull-policy=";

  private Flags() {}

  /** Understood by every command. */
  static List<Flag> global() {
    return List.of(
        Flag.text("cpuprofile", "", "write a CPU profile to this file").concealed(),
        Flag.toggle("debug", "say more about what is done, on standard error"),
        Flag.word("dir", "/var/lib/rkt", "directory of images and pods"),
        Flag.word(
            "insecure-options",
            "none",
            "security features to switch off, separated by commas: none, image, tls, ondisk, http,"
                + " pubkey, capabilities, paths, seccomp, all-fetch, all-run, all"),
        Flag.word("local-config", "/etc/rkt", "configuration directory of this machine"),
        Flag.text("memprofile", "", "write a memory profile to this file").concealed(),
        Flag.word("system-config", "/usr/lib/rkt", "configuration directory of the vendor"),
        Flag.toggle(
            "trust-keys-from-https", "accept public keys discovered over https without asking"),
        Flag.word("user-config", "", "configuration directory of the user"));
  }

  static List<Flag> run() {
    return join(
        perApp(),
        signature(),
        stage1(),
        pull("new"),
        podFrom(),
        network(),
        List.of(
            Flag.text("hostname", "", "host name of the pod, rkt-UUID by default"),
            Flag.text("hypervisor", "", "how a machine runs: auto, kvm or tcg (stage1-kvm)"),
            Flag.text("ipc", "", "IPC name space of the pod: auto, private or parent"),
            Flag.text("kernel", "", "a machine's kernel: a file, host or package (stage1-kvm)"),
            Flag.toggle("mds-register", "register the pod with the metadata service"),
            Flag.text("uuid-file-save", "", "write the pod's UUID to this file")));
  }

  static List<Flag> prepare() {
    return join(
        perApp(),
        signature(),
        stage1(),
        pull("new"),
        podFrom(),
        List.of(Flag.toggle("quiet", "print nothing but the pod's UUID")));
  }

  static List<Flag> runPrepared() {
    return join(
        network(),
        List.of(
            Flag.text("hostname", "", "host name of the pod, rkt-UUID by default"),
            Flag.text("hypervisor", "", "how a machine runs: auto, kvm or tcg (stage1-kvm)"),
            Flag.text("ipc", "", "IPC name space of the pod: auto, private or parent"),
            Flag.text("kernel", "", "a machine's kernel: a file, host or package (stage1-kvm)"),
            Flag.toggle("mds-register", "register the pod with the metadata service")));
  }

  static List<Flag> fetch() {
    return join(
        pull("update"),
        signature(),
        List.of(Flag.toggle("full", "print the whole image ID after fetching")));
  }

  static List<Flag> trust() {
    return List.of(
        Flag.toggle("insecure-allow-http", "allow keys to be fetched over plain http"),
        Flag.text("prefix", "", "image name prefix that the key may sign for"),
        Flag.toggle("root", "let the key sign for every image"),
        Flag.toggle("skip-fingerprint-review", "trust the key without asking"));
  }

  static List<Flag> list() {
    return List.of(
        format(),
        Flag.toggle("full", "print whole UUIDs, image IDs and times"),
        Flag.toggle("no-legend", "leave out the line of headings"));
  }

  static List<Flag> status() {
    return List.of(
        format(),
        uuidFile(),
        Flag.waiting("wait", "wait until the pod has exited; a duration limits the wait"),
        Flag.waiting("wait-ready", "wait until the pod is ready; a duration limits the wait"));
  }

  static List<Flag> enter() {
    return List.of(appName("name of the app to enter, if the pod has several"));
  }

  static List<Flag> stop() {
    return List.of(Flag.toggle("force", "kill the pod instead of asking it to end"), uuidFile());
  }

  static List<Flag> rm() {
    return List.of(uuidFile());
  }

  static List<Flag> gc() {
    return List.of(
        Flag.duration(
            "expire-prepared", "24h0m0s", "how long a prepared pod may wait for being run"),
        Flag.duration("grace-period", "30m0s", "how long an exited pod is kept"),
        Flag.toggle("mark-only", "only mark exited and failed pods as garbage"));
  }

  static List<Flag> prettyPrint(boolean initial) {
    return List.of(Flag.toggle("pretty-print", initial, "indent the JSON text"));
  }

  static List<Flag> catManifest() {
    return List.of(Flag.toggle("pretty-print", true, "indent the JSON text"), uuidFile());
  }

  static List<Flag> imageList() {
    return List.of(
        Flag.word(
            "fields", "id,name,size,importtime,lastused", "columns to print, separated by commas"),
        format(),
        Flag.toggle("full", "print whole IDs, sizes and times"),
        Flag.toggle("no-legend", "leave out the line of headings"),
        Flag.word("order", "asc", "order of the rows: asc or desc"),
        Flag.word("sort", "importtime", "columns to sort by: name, importtime, lastused or size"));
  }

  static List<Flag> imageGc() {
    return List.of(Flag.duration("grace-period", "24h0m0s", "how long an unused image is kept"));
  }

  static List<Flag> imageTarget() {
    return List.of(
        Flag.toggle("overwrite", "replace an existing target"),
        Flag.toggle("rootfs-only", "leave out the manifest"));
  }

  static List<Flag> overwrite() {
    return List.of(Flag.toggle("overwrite", "replace an existing target"));
  }

  static List<Flag> export() {
    return List.of(
        appName("name of the app to export, if the pod has several"),
        Flag.toggle("overwrite", "replace an existing target"));
  }

  /** Of {@code app} with one pod and one app. */
  static List<Flag> oneApp() {
    return List.of(appName("name of the app"));
  }

  static List<Flag> appStatus() {
    return List.of(appName("name of the app"), format());
  }

  static List<Flag> appList() {
    return List.of(format(), Flag.toggle("no-legend", "leave out the line of headings"));
  }

  static List<Flag> appAdd() {
    List<Flag> flags = new ArrayList<>();
    for (Flag flag : perApp()) {
      if (!flag.name().startsWith("cap-")) {
        flags.add(flag);
      }
    }
    return join(
        flags,
        List.of(
            Flag.word(
                "mnt-volume",
                "",
                "volume of the app and where it is seen, as --volume with target=PATH")));
  }

  static List<Flag> appSandbox() {
    List<Flag> flags = new ArrayList<>();
    for (Flag flag : network()) {
      if (!flag.name().equals("interactive") && !flag.name().equals("net")) {
        flags.add(flag);
      }
    }
    return join(
        flags,
        stage1(),
        List.of(
            Flag.word("annotation", "", "annotation of the pod, NAME=VALUE; may be repeated"),
            Flag.text("hostname", "", "host name of the pod, rkt-UUID by default"),
            Flag.toggle("mds-register", "register the pod with the metadata service"),
            Flag.word("net", "default", "networks to join: NAME[:ARGS],..., none or host"),
            Flag.toggle("no-overlay", "copy images instead of using overlay file systems"),
            Flag.word(
                "port",
                "",
                "forward a port, NAME:PROTOCOL:PODPORT:HOSTIP:HOSTPORT; may be repeated"),
            Flag.toggle("private-users", "run the pod in a user name space"),
            Flag.word("user-annotation", "", "user annotation of the pod, NAME=VALUE"),
            Flag.word("user-label", "", "user label of the pod, NAME=VALUE"),
            Flag.text("uuid-file-save", "", "write the pod's UUID to this file")));
  }

  static List<Flag> attach() {
    return List.of(
        appName("the app, if there are several"),
        Flag.text("mode", "auto", "what to attach to: auto, list, or endpoints"));
  }

  static List<Flag> logs() {
    return List.of(
        appName("the app, all of them by default"),
        Flag.toggle("follow", "go on until the pod has ended; also -f"),
        format(),
        Flag.text("since", "", "leave out what is older: 10m, 2026-11-23T19:04:58Z or a day"),
        Flag.toggle("timestamps", "begin each line with its time"),
        uuidFile());
  }

  static List<Flag> apiService() {
    return List.of(
        Flag.text("listen", "localhost:15441", "where to listen: HOST:PORT, unix:PATH or a path"));
  }

  static List<Flag> metadataService() {
    return List.of(Flag.number("listen-port", "18112", "port that apps ask on"));
  }

  /** Flags that belong to the image before them ({@code spec/rkt-cli.md} section 3.1). */
  private static List<Flag> perApp() {
    return List.of(
        Flag.word("annotation", "", "annotation of the app, NAME=VALUE; may be repeated"),
        Flag.word("cap-remove", "", "capabilities to remove")
            .deprecated("please use --caps-remove"),
        Flag.word("cap-retain", "", "capabilities to retain")
            .deprecated("please use --caps-retain"),
        Flag.word("caps-remove", "", "capabilities to take away, separated by commas"),
        Flag.word("caps-retain", "", "the only capabilities to leave, separated by commas"),
        Flag.word("cpu", "", "CPU limit for the app, such as 500m"),
        Flag.word("cpu-shares", "", "CPU weight of the app, 2 to 262144"),
        Flag.word("environment", "", "variable of the app, NAME=VALUE; may be repeated"),
        Flag.word("exec", "", "program to run instead of the image's"),
        Flag.word("group", "", "group to run the app as"),
        Flag.word("memory", "", "memory limit for the app, such as 64M"),
        Flag.word("mount", "", "where a volume is seen, volume=NAME,target=PATH"),
        Flag.word("name", "", "name of the app"),
        Flag.word("oom-score-adj", "", "OOM killer preference of the app, -1000 to 1000"),
        Flag.word("readonly-rootfs", "", "whether the app's root file system is read-only"),
        Flag.word(
            "seccomp", "", "system call filter, mode=retain|remove[,errno=NAME][,SYSCALL...]"),
        Flag.word("stderr", "", "where the app's standard error goes: log, null, stream or tty"),
        Flag.word("stdin", "", "where the app's standard input comes from: null, stream or tty"),
        Flag.word("stdout", "", "where the app's standard output goes: log, null, stream or tty"),
        Flag.word(
            "supplementary-gids", "", "numbers of further groups of the app, separated by commas"),
        Flag.word("user", "", "user to run the app as"),
        Flag.word("user-annotation", "", "user annotation of the app, NAME=VALUE"),
        Flag.word("user-label", "", "user label of the app, NAME=VALUE"),
        Flag.word("working-dir", "", "working directory of the app"));
  }

  private static List<Flag> signature() {
    return List.of(
        Flag.word("signature", "", "local signature file of the image before this flag"));
  }

  /** How a pod is made, whether it is run at once or later. */
  private static List<Flag> podFrom() {
    return List.of(
        Flag.toggle("inherit-env", "give the apps the variables of the caller"),
        Flag.toggle("no-overlay", "copy images instead of using overlay file systems"),
        Flag.text("pod-manifest", "", "run the pod described by this file"),
        Flag.word("port", "", "forward a port, NAME:[HOSTIP:]HOSTPORT; may be repeated"),
        Flag.toggle("private-users", "run the pod in a user name space"),
        Flag.word("set-env", "", "variable of all apps, NAME=VALUE; may be repeated"),
        Flag.word("set-env-file", "", "file of variables of all apps, a NAME=VALUE on each line"),
        Flag.word(
            "volume",
            "",
            "declare a volume, NAME,kind=host,source=PATH[,...] or NAME,kind=empty[,...]"));
  }

  private static List<Flag> network() {
    return List.of(
        Flag.word("dns", "", "name servers, separated by commas, or host, or none"),
        Flag.text("dns-domain", "", "DNS domain"),
        Flag.word("dns-opt", "", "resolver option; may be repeated"),
        Flag.word("dns-search", "", "DNS search domain; may be repeated"),
        Flag.word("hosts-entry", "", "entry of /etc/hosts, IP=NAME[,...], or host"),
        Flag.toggle("interactive", "connect the one app to the terminal"),
        Flag.optional(
            "net", "default", "default", "networks to join: NAME[:ARGS],..., none or host"));
  }

  private static List<Flag> stage1() {
    return List.of(
        Flag.text("stage1-from-dir", "", "stage1 image, a file of the stage1 images directory"),
        Flag.text("stage1-hash", "", "stage1 image by its ID"),
        Flag.text("stage1-name", "", "stage1 image by its name"),
        Flag.text("stage1-path", "", "stage1 image by its path"),
        Flag.text("stage1-url", "", "stage1 image by its URL"));
  }

  private static List<Flag> pull(String initial) {
    return List.of(
        Flag.toggle("no-store", "ignore the local store").deprecated(STORE_ADVICE + "update"),
        Flag.text("pull-policy", initial, "when to fetch an image: new, never or update"),
        Flag.toggle("store-only", "use only the local store").deprecated(STORE_ADVICE + "never"));
  }

  private static Flag format() {
    return Flag.form("format", "json or json-pretty instead of a table");
  }

  private static Flag uuidFile() {
    return Flag.text("uuid-file", "", "read the pod's UUID from this file");
  }

  private static Flag appName(String help) {
    return Flag.text("app", "", help);
  }

  @SafeVarargs // reads the lists only
  private static List<Flag> join(List<Flag>... parts) {
    List<Flag> all = new ArrayList<>();
    for (List<Flag> part : parts) {
      for (int i = 0; i < part.size(); i++) {
        insert(all, part.get(i));
      }
    }
    return List.copyOf(all);
  }

  private static void insert(List<Flag> sorted, Flag flag) {
    int at = sorted.size();
    while (at > 0 && sorted.get(at - 1).name().compareTo(flag.name()) > 0) {
      at--;
    }
    sorted.add(at, flag);
  }
}
