// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.stage0.launch.AppLifecycle;

/**
 * The behaviour of each command. One method makes one body, so that a start loads the classes of
 * its own command and no other ({@code docs/architecture.md}).
 */
final class CommandBodies {
  private CommandBodies() {}

  /** The body of the command at {@code path}, one that is neither a group nor absent. */
  static CommandBody of(String path) {
    return switch (path) {
      case "run" -> run();
      case "prepare" -> prepare();
      case "run-prepared" -> runPrepared();
      case "fetch", "image fetch" -> fetch();
      case "trust" -> trust();
      case "list" -> list();
      case "status" -> status();
      case "attach" -> attach();
      case "logs" -> logs();
      case "enter" -> enter();
      case "stop" -> stop();
      case "rm" -> rm();
      case "gc" -> gc();
      case "cat-manifest" -> catManifest();
      case "export" -> export();
      case "config" -> config();
      case "version" -> version();
      case "completion" -> completion();
      case "api-service", "metadata-service" -> service();
      case "image list" -> imageList();
      case "image rm" -> imageRm();
      case "image cat-manifest" -> imageCatManifest();
      case "image gc" -> imageGc();
      case "image verify" -> imageVerify();
      case "image render" -> imageRender(true);
      case "image extract" -> imageRender(false);
      case "image export" -> imageExport();
      default -> path.startsWith("app ") ? app(path) : missing(path);
    };
  }

  private static CommandBody missing(String path) {
    throw new AssertionError(path);
  }

  /** Those of mutable pods. */
  private static CommandBody app(String path) {
    return switch (path) {
      case "app add" -> new AppAddCommand();
      case "app exec" -> enter();
      case "app list" -> new AppListCommand();
      case "app rm" -> AppCommands.on(AppLifecycle::remove);
      case "app sandbox" -> new AppSandboxCommand();
      case "app start" -> AppCommands.on(AppLifecycle::start);
      case "app status" -> new AppStatusCommand();
      case "app stop" -> AppCommands.stop();
      default -> missing(path);
    };
  }

  private static CommandBody run() {
    return new RunCommand();
  }

  private static CommandBody prepare() {
    return new PrepareCommand();
  }

  private static CommandBody runPrepared() {
    return new RunPreparedCommand();
  }

  private static CommandBody fetch() {
    return new FetchCommand();
  }

  private static CommandBody trust() {
    return new TrustCommand();
  }

  private static CommandBody list() {
    return new ListCommand();
  }

  private static CommandBody status() {
    return new StatusCommand();
  }

  private static CommandBody enter() {
    return new EnterCommand();
  }

  private static CommandBody attach() {
    return new AttachCommand();
  }

  private static CommandBody logs() {
    return new LogsCommand();
  }

  private static CommandBody stop() {
    return new StopCommand();
  }

  private static CommandBody rm() {
    return new RmCommand();
  }

  private static CommandBody gc() {
    return new GcCommand();
  }

  private static CommandBody catManifest() {
    return new CatManifestCommand();
  }

  private static CommandBody export() {
    return new ExportCommand();
  }

  private static CommandBody config() {
    return new ConfigCommand();
  }

  private static CommandBody version() {
    return new VersionCommand();
  }

  private static CommandBody imageList() {
    return new ImageListCommand();
  }

  private static CommandBody imageRm() {
    return new ImageRmCommand();
  }

  private static CommandBody imageCatManifest() {
    return new ImageCatManifestCommand();
  }

  private static CommandBody imageGc() {
    return new ImageGcCommand();
  }

  private static CommandBody imageVerify() {
    return new ImageVerifyCommand();
  }

  private static CommandBody imageRender(boolean whole) {
    return new ImageRenderCommand(whole);
  }

  private static CommandBody imageExport() {
    return new ImageExportCommand();
  }

  private static CommandBody service() {
    return new ServiceCommand();
  }

  private static CommandBody completion() {
    return new CompletionCommand();
  }
}
