// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.linux.DirectoryLock;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Kernel;
import io.rktj.pod.HostException;
import io.rktj.pod.Pod;
import io.rktj.pod.PodStateException;
import io.rktj.pod.PodStore;
import io.rktj.spec.AcName;
import io.rktj.stage0.launch.AppExport;
import io.rktj.stage0.launch.MachineExport;
import io.rktj.stage0.launch.PodLifecycle;
import io.rktj.stage0.tree.RenderedTree;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code rkt export} ({@code spec/rkt-cli.md} section 4.13). */
final class ExportCommand implements CommandBody {
  private static final String EXTENSION = ".aci";

  @Override
  public int call(Invocation invocation) {
    List<String> words = invocation.arguments();
    if (words.size() != 2) {
      return invocation.misused("must provide a pod and an output file");
    }
    String output = words.get(1);
    if (!output.endsWith(EXTENSION)) {
      throw new UsageException("extension must be " + EXTENSION + " (given " + output + ")");
    }
    Session session = Session.open(invocation);
    PodStore pods = session.pods();
    Pod pod = find(pods, words.get(0));
    Optional<DirectoryLock> kept = keep(session.kernel(), pod);
    if (kept.isEmpty() || !pod.state().hasExited()) {
      throw new PodStateException("pod is not exited. Only exited pods can be exported");
    }
    DirectoryLock lock = kept.get();
    try {
      PodLifecycle lifecycle = session.lifecycle(pods);
      String wanted = invocation.flags().text("app", "");
      AcName app = AcName.parse(lifecycle.app(pod, wanted, "export"));
      Path file = Path.of(output).toAbsolutePath().normalize();
      boolean overwrite = invocation.flags().isOn("overwrite");
      export(session, lifecycle, pod, app).write(file, overwrite);
    } catch (FileAlreadyExistsException e) {
      throw new UsageException("error building aci: target file exists (try --overwrite)", e);
    } catch (IOException e) {
      throw new HostException("error building aci", e);
    } finally {
      lock.close();
    }
    return ExitCode.DONE.status();
  }

  /** What an app has left, to be packed. */
  private interface Export {
    void write(Path output, boolean overwrite) throws IOException;
  }

  private static Pod find(PodStore pods, String uuid) {
    try {
      return pods.find(uuid);
    } catch (PodStateException e) {
      throw new UsageException("problem retrieving pod", e);
    }
  }

  /** A shared lock keeps the pod from being removed; it is not taken for that of a running pod. */
  private static Optional<DirectoryLock> keep(Kernel kernel, Pod pod) {
    String directory = pod.layout().directory().toString();
    try {
      return DirectoryLock.tryShared(kernel, directory);
    } catch (ErrnoException e) {
      throw new HostException("cannot lock pod \"" + pod.uuid() + "\"", e);
    }
  }

  private static Export export(Session session, PodLifecycle lifecycle, Pod pod, AcName app) {
    boolean overlay = Files.exists(pod.layout().overlayPrepared());
    Path lower = overlay ? tree(session, pod, app) : pod.layout().appRootfs(app);
    if (lifecycle.isMachine(pod)) {
      return new MachineExport(pod.layout(), app, lower)::write;
    }
    if (!overlay && lifecycle.hasMounts(lower)) {
      throw new PodStateException(
          "pod has remaining mountpoints. Only pods using overlayfs or with no mountpoints can"
              + " be exported");
    }
    Optional<Path> upper =
        overlay ? Optional.of(pod.layout().overlayUpper(treeOf(pod, app), app)) : Optional.empty();
    return new AppExport(session.kernel(), pod.layout(), app, lower, upper)::write;
  }

  private static Path tree(Session session, Pod pod, AcName app) {
    String id = treeOf(pod, app);
    Optional<RenderedTree> tree = session.trees(session.images()).byId(id);
    if (tree.isEmpty()) {
      throw new PodStateException("tree \"" + id + "\" of app \"" + app + "\" is gone");
    }
    return Path.of(tree.get().rootfs());
  }

  private static String treeOf(Pod pod, AcName app) {
    Path file = pod.layout().appTreeStoreId(app);
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new HostException("cannot read \"" + file + "\"", e);
    }
  }
}
