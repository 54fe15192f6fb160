// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.stage0.cli.Command.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All commands of rkt as data ({@code spec/rkt-cli.md} section 4). A command is built when it is
 * asked for, so that a run pays for its own flags only.
 */
final class CommandTable {
  private static final String LOGS = "logs";

  private static final String[] PATHS = {
    "api-service",
    "app",
    "app add",
    "app exec",
    "app list",
    "app rm",
    "app sandbox",
    "app start",
    "app status",
    "app stop",
    "attach",
    "cat-manifest",
    "completion",
    "config",
    "enter",
    "export",
    "fetch",
    "gc",
    "image",
    "image cat-manifest",
    "image export",
    "image extract",
    "image fetch",
    "image gc",
    "image list",
    "image render",
    "image rm",
    "image verify",
    "list",
    LOGS,
    "metadata-service",
    "prepare",
    "rm",
    "run",
    "run-prepared",
    "status",
    "stop",
    "trust",
    "version",
    "help"
  };

  private CommandTable() {}

  /** The paths of all commands, in help's order. */
  static List<String> paths() {
    return List.of(PATHS);
  }

  /**
   * Finds the command that {@code word} names below {@code parent}: an exact name first, else the
   * only one that begins with it. A command that rkt did not have takes no beginning away from one
   * that it had.
   */
  static Optional<String> find(String parent, String word) {
    String wanted = parent.isEmpty() ? word : parent + " " + word;
    String found = "";
    String ours = "";
    for (String path : PATHS) {
      if (path.equals(wanted)) {
        return Optional.of(path);
      }
      if (path.startsWith(wanted) && isChild(parent, path)) {
        if (path.equals(LOGS)) {
          ours = path;
        } else {
          found = found.isEmpty() ? path : " ";
        }
      }
    }
    String only = found.isEmpty() ? ours : found;
    return only.isEmpty() || only.equals(" ") ? Optional.empty() : Optional.of(only);
  }

  /** The commands directly or further below {@code parent}, in help's order. */
  static List<Command> below(String parent) {
    List<Command> commands = new ArrayList<>();
    for (String path : PATHS) {
      if (parent.isEmpty() || path.startsWith(parent + " ")) {
        commands.add(command(path));
      }
    }
    return commands;
  }

  private static boolean isChild(String parent, String path) {
    int from = parent.isEmpty() ? 0 : parent.length() + 1;
    return path.indexOf(' ', from) < 0;
  }

  /** The command at {@code path}, one of {@link #paths()}, or rkt itself for an empty path. */
  static Command command(String path) {
    return switch (path) {
      case "" -> root();
      case "run" -> run();
      case "prepare" -> prepare();
      case "run-prepared" -> runPrepared();
      case "fetch" -> fetch("fetch", false);
      case "image fetch" -> fetch("image fetch", true);
      case "trust" -> trust();
      case "list" -> plain(path, "", "List pods", Flags.list());
      case "status" -> status();
      case "attach" -> attach();
      case LOGS ->
          plain(
              path,
              "(UUID | --uuid-file=FILE)",
              "Print what the apps of a pod have written",
              Flags.logs());
      case "enter" -> enter();
      case "stop" -> stop();
      case "rm" -> rm();
      case "gc" -> gc();
      case "cat-manifest" ->
          plain(path, "UUID", "Print the manifest of a pod", Flags.catManifest());
      case "export" -> export();
      case "config" -> plain(path, "", "Print the configuration as JSON", Flags.prettyPrint(true));
      case "version" -> plain(path, "", "Print the versions of rkt and of its parts", List.of());
      case "api-service" -> apiService();
      case "metadata-service" -> metadataService();
      case "completion" -> plain(path, "SHELL", "Print a completion script for a shell", List.of());
      case "help" -> plain(path, "[COMMAND]", "Describe a command", List.of());
      default -> path.startsWith("image") ? image(path) : app(path);
    };
  }

  /** Commands on mutable pods ({@code spec/rkt-cli.md} section 4.18). */
  private static Command app(String path) {
    return switch (path) {
      case "app" ->
          new Command(
              path,
              "COMMAND",
              "Work on the apps of a running pod",
              "",
              List.of(),
              Shape.GROUP,
              false,
              false);
      case "app add" ->
          new Command(
              path,
              "UUID IMAGE [IMAGE FLAGS] [-- ARGUMENTS...]",
              "Add an app to a mutable pod",
              "IMAGE is one of the local store. The app is ready then, but not started.",
              Flags.appAdd(),
              Shape.LEADING,
              false,
              false);
      case "app exec" ->
          new Command(
              path,
              "[--app=NAME] UUID [COMMAND [ARGUMENTS...]]",
              "Run a command in an app of a running pod",
              "",
              Flags.enter(),
              Shape.LEADING,
              true,
              false);
      case "app list" -> plain(path, "UUID", "List the apps of a pod", Flags.appList());
      case "app rm" ->
          plain(path, "UUID --app=NAME", "Remove an app from a mutable pod", Flags.oneApp());
      case "app sandbox" ->
          plain(path, "", "Run a pod without apps, to which some can be added", Flags.appSandbox());
      case "app start" ->
          plain(path, "UUID --app=NAME", "Start an app of a mutable pod", Flags.oneApp());
      case "app status" ->
          plain(path, "UUID --app=NAME", "Print the state of an app", Flags.appStatus());
      case "app stop" ->
          plain(path, "UUID --app=NAME", "Stop an app of a mutable pod", Flags.oneApp());
      default -> throw new AssertionError(path);
    };
  }

  private static Command image(String path) {
    return switch (path) {
      case "image" ->
          new Command(
              path,
              "COMMAND",
              "Work on the images of the local store",
              "",
              List.of(),
              Shape.GROUP,
              false,
              false);
      case "image cat-manifest" ->
          plain(path, "IMAGE", "Print the manifest of an image", Flags.prettyPrint(true));
      case "image gc" ->
          plain(path, "", "Remove rendered trees and images that nothing uses", Flags.imageGc());
      case "image list" -> plain(path, "", "List the images of the local store", Flags.imageList());
      case "image rm" -> plain(path, "IMAGE...", "Remove images from the local store", List.of());
      case "image render" ->
          plain(
              path,
              "IMAGE DIRECTORY",
              "Render an image, with those it depends on, into a directory",
              Flags.imageTarget());
      case "image extract" ->
          plain(
              path,
              "IMAGE DIRECTORY",
              "Unpack an image by itself into a directory",
              Flags.imageTarget());
      case "image export" ->
          plain(path, "IMAGE FILE", "Write an image to a file, uncompressed", Flags.overwrite());
      case "image verify" ->
          plain(path, "IMAGE...", "Check rendered images against what was verified", List.of());
      default -> throw new AssertionError(path);
    };
  }

  private static Command root() {
    return new Command(
        "",
        "[command]",
        "pods of signed app containers, without a daemon",
        """
        Started pods keep running without rkt; their state is in the file system.
        Exit status: 0 done; 254 rkt failed or was used wrongly; 2 no command; 1 where a
        UUID file cannot be read; "rkt run" ends with the status of the pod.\
        """,
        List.of(),
        Shape.GROUP,
        false,
        false);
  }

  private static Command run() {
    return new Command(
        "run",
        "[FLAGS] IMAGE [IMAGE FLAGS] [-- ARGUMENTS... [---]] [IMAGE...]",
        "Run images in a new pod",
        """
        IMAGE is a name such as example.com/app:1.2, the beginning of an image ID, a URL or a
        file. Flags after an image belong to that image; arguments for its program stand
        between "--" and "---". The command ends with the exit status of the pod.

        A pod is not a wall against a hostile root in it: name spaces share the kernel.\
        """,
        Flags.run(),
        Shape.LEADING,
        true,
        false);
  }

  private static Command prepare() {
    return new Command(
        "prepare",
        "[FLAGS] IMAGE [IMAGE FLAGS] [-- ARGUMENTS... [---]] [IMAGE...]",
        "Make a pod ready to be run later",
        """
        Takes images, flags and arguments as "rkt run" does, and prints the UUID of the pod.
        Whatever happens to the images, "rkt run-prepared UUID" runs it, once.\
        """,
        Flags.prepare(),
        Shape.LEADING,
        true,
        false);
  }

  private static Command runPrepared() {
    return new Command(
        "run-prepared",
        "[FLAGS] UUID",
        "Run a prepared pod",
        "The command ends with the exit status of the pod, as \"rkt run\" does.",
        Flags.runPrepared(),
        Shape.MIXED,
        true,
        false);
  }

  private static Command fetch(String path, boolean hidden) {
    return new Command(
        path,
        "[FLAGS] IMAGE [--signature=FILE] [IMAGE...]",
        "Fetch images into the local store",
        """
        Finds each image and its dependencies, checks their signatures and keeps them. Prints
        the ID of each image.\
        """,
        Flags.fetch(),
        Shape.LEADING,
        false,
        hidden);
  }

  private static Command trust() {
    return new Command(
        "trust",
        "[--prefix=PREFIX | --root] [KEY...]",
        "Trust a public key for images of a name prefix",
        """
        KEY is a file or a URL of an OpenPGP public key. Without one, keys are discovered at the
        domain of the prefix. Fingerprints are shown for review before anything is kept.\
        """,
        Flags.trust(),
        Shape.MIXED,
        false,
        false);
  }

  private static Command status() {
    return plain("status", "(UUID | --uuid-file=FILE)", "Print the state of a pod", Flags.status());
  }

  private static Command enter() {
    return new Command(
        "enter",
        "[--app=NAME] UUID [COMMAND [ARGUMENTS...]]",
        "Run a command in an app of a running pod",
        "The command has the app's identity, or less. Without COMMAND it is /bin/bash.",
        Flags.enter(),
        Shape.LEADING,
        true,
        false);
  }

  private static Command attach() {
    return new Command(
        "attach",
        "[--app=NAME] [--mode=MODE] UUID",
        "Join the caller's standard streams to those of an app",
        """
        The app's streams are those that were set to stream or tty when it was made. MODE is auto,
        list, or any of stdin, stdout, stderr, or of tty, tty-in, tty-out, separated by commas.
        ctrl-p ctrl-q leaves a terminal; the app goes on. The end of the caller's input is not the
        end of the app's, to which others may write; it ends the command if no output is joined.\
        """,
        Flags.attach(),
        Shape.MIXED,
        true,
        false);
  }

  private static Command stop() {
    return plain("stop", "(UUID... | --uuid-file=FILE)", "Stop pods", Flags.stop());
  }

  private static Command rm() {
    return new Command(
        "rm",
        "(UUID... | --uuid-file=FILE)",
        "Remove pods that do not run, with all they hold",
        "",
        Flags.rm(),
        Shape.MIXED,
        true,
        false);
  }

  private static Command gc() {
    return new Command(
        "gc",
        "",
        "Collect exited pods and what failed starts left behind",
        "",
        Flags.gc(),
        Shape.MIXED,
        true,
        false);
  }

  private static Command export() {
    return new Command(
        "export",
        "[--app=NAME] UUID FILE.aci",
        "Export an app of an exited pod to an image",
        """
        The image has the manifest of the app's image, and its files as the app left them.
        Volumes are not part of it.\
        """,
        Flags.export(),
        Shape.MIXED,
        false,
        false);
  }

  private static Command apiService() {
    return new Command(
        "api-service",
        "[--listen=ADDRESS]",
        "Serve what pods and images there are to other programs",
        """
        Speaks the gRPC interface v1alpha, which only reads; a program that may connect may ask
        for everything. Listens on a socket of systemd's where there is one, and then --listen
        may not be given. Ends with status 0 when it gets SIGINT or SIGTERM.\
        """,
        Flags.apiService(),
        Shape.MIXED,
        false,
        false);
  }

  private static Command metadataService() {
    return new Command(
        "metadata-service",
        "[--listen-port=PORT]",
        "Serve metadata to the apps of pods",
        """
        Apps of pods that were run with --mds-register find the address in AC_METADATA_URL. Pods
        are registered on the socket /run/rkt/metadata-svc.sock, on one of systemd's where
        there is one, or on the path in RKT_METADATA_SOCKET. What is registered is forgotten when
        the service ends, which it does with status 0 when it gets SIGINT or SIGTERM.\
        """,
        Flags.metadataService(),
        Shape.MIXED,
        false,
        false);
  }

  private static Command plain(String path, String usage, String summary, List<Flag> flags) {
    return new Command(path, usage, summary, "", flags, Shape.MIXED, false, false);
  }
}
