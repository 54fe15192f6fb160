// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.linux.ProcessImage;
import io.rktj.pod.HostException;
import io.rktj.pod.PodLayout;
import io.rktj.pod.Stage1Root;
import io.rktj.spec.AcName;
import io.rktj.stage1.Endpoint;
import io.rktj.stage1.NativeProgram;
import io.rktj.stage1.Stage1Pod;
import io.rktj.stage1.StandardStreams;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** How pod-init is asked to call an entry point of a stage1 image: words and environment. */
final class EntryWords {
  private final Kernel kernel;
  private final EntryPoints entries;
  private final RootLayers layers;

  EntryWords(Kernel kernel, EntryPoints entries, RootLayers layers) {
    this.kernel = kernel;
    this.entries = entries;
    this.layers = layers;
  }

  /** What the entry point {@code attach} is to join, of streams and of the app's terminal. */
  static List<String> attach(Set<Endpoint> endpoints, StandardStreams streams) {
    boolean ttyIn = false;
    boolean ttyOut = false;
    List<String> words = new ArrayList<>();
    for (Endpoint endpoint : Endpoint.values()) {
      boolean wanted = endpoints.contains(endpoint);
      boolean tty = wanted && endpoint.mode(streams) == StandardStreams.Mode.TTY;
      ttyIn |= tty && endpoint == Endpoint.STDIN;
      ttyOut |= tty && endpoint != Endpoint.STDIN;
      words.add("--" + endpoint.word() + "=" + (wanted && !tty));
    }
    words.addAll(0, List.of("--action=custom-attach", "--tty-in=" + ttyIn, "--tty-out=" + ttyOut));
    return words;
  }

  /** What a crossing entry point finds in its environment, and nothing else. */
  List<String> crossing(Stage1Pod pod, AcName app) {
    List<String> environment = new ArrayList<>();
    environment.add("RKT_STAGE1_ENTERCMD=" + entries.program("enter"));
    environment.add("RKT_STAGE1_ENTERPID=" + EntryCall.pid(kernel, pod));
    environment.add("RKT_STAGE1_ENTERAPP=" + app);
    for (String variable : pod.environment()) {
      if (variable.startsWith("PATH=")) {
        environment.add(variable);
      }
    }
    return environment;
  }

  /** The command line that calls an entry point of a pod that runs, beside the pod's own root. */
  List<String> running(Stage1Pod pod, String entry, List<String> arguments) {
    List<String> words = new ArrayList<>(List.of("image-call"));
    words.addAll(processOf(pod));
    words.addAll(List.of("", "", ""));
    return completed(words, entry, arguments);
  }

  /** The same for one that has ended, whose root is put together once more. */
  List<String> ended(Stage1Pod pod, String entry, List<String> arguments) {
    List<String> words = new ArrayList<>(List.of("image-call"));
    words.add(pod.layout().directory().toString());
    words.add("0");
    boolean overlay = !Stage1Root.find(kernel, pod.layout()).equals(pod.layout());
    try {
      words.addAll(layers.root(pod.layout(), overlay));
    } catch (ErrnoException e) {
      throw new HostException("cannot make the root of pod \"" + pod.uuid() + "\"", e);
    }
    return completed(words, entry, arguments);
  }

  private List<String> completed(List<String> words, String entry, List<String> arguments) {
    String program = entries.program(entry);
    words.add("--");
    words.add(program);
    words.add(program);
    words.addAll(arguments);
    return words;
  }

  /** The pod's directory, and the process that runs it. */
  List<String> processOf(Stage1Pod pod) {
    return List.of(pod.layout().directory().toString(), EntryCall.supervisor(kernel, pod));
  }

  /** The caller's variables but for those that our launcher has added. */
  static List<String> callersOwn(List<String> environment) {
    List<String> own = new ArrayList<>();
    for (String variable : environment) {
      if (!variable.startsWith("RKTJ_")) {
        own.add(variable);
      }
    }
    return own;
  }

  /** The process that becomes an entry point, by way of pod-init. */
  static ProcessImage process(
      PodLayout layout, List<String> words, List<String> environment, List<Integer> inherit) {
    List<byte[]> argv = new ArrayList<>(List.of("pod-init".getBytes(UTF_8)));
    for (String word : words) {
      argv.add(word.getBytes(UTF_8));
    }
    List<byte[]> variables = new ArrayList<>();
    for (String variable : environment) {
      variables.add(variable.getBytes(UTF_8));
    }
    return new ProcessImage(
        NativeProgram.path(), argv, variables, layout.directory().toString(), inherit);
  }
}
