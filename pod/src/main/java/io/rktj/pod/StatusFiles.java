// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import io.rktj.linux.Errno;
import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.FileStatus;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.linux.SmallFiles;
import io.rktj.spec.AcName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a pod's stage1 says of it in small files of the pod directory ({@code spec/rkt-cli.md}
 * sections 6.2 and 10). What is not there yet is empty; files below the stage1 root are read so
 * that no link in it leads out.
 *
 * <pre>
 * pid                              1234\n   written by stage1, modified when the pod started
 * ppid                             1233\n   instead of pid: the parent of the process to enter
 * stage1/rootfs/rkt/status/APP     0\n      written by stage1 when the app has ended
 * stage1/rootfs/rkt/supervisor-status -> ready
 * </pre>
 */
public final class StatusFiles {
  private static final int LIMIT = 4096;

  private final Kernel kernel;
  private final PodLayout layout;
  private @Nullable PodLayout inStage1;

  /** The files of one pod. */
  public StatusFiles(Kernel kernel, PodLayout layout) {
    this.kernel = kernel;
    this.layout = layout;
  }

  /**
   * The process to enter: that of {@code pid}, or else the only child of that of {@code ppid}. It
   * is only to be trusted while the pod is running.
   */
  public OptionalInt pid() {
    OptionalInt pid = number(layout.pid());
    if (pid.isPresent()) {
      return pid;
    }
    OptionalInt parent = number(layout.ppid());
    return parent.isEmpty() ? OptionalInt.empty() : onlyChild(parent.getAsInt());
  }

  /** The app's exit status; empty as long as it has not ended. */
  public OptionalInt exitStatus(AcName app) {
    return inStage1("rkt/status/" + app.value());
  }

  /** Whether the supervisor in the pod takes orders. */
  public boolean isReady() {
    String path = stage1Layout().supervisorStatus().toString();
    try (Fd root = stage1Root();
        Fd link =
            kernel.openInRoot(
                root.number(),
                Kernel.path("rkt/supervisor-status"),
                Open.O_PATH | Open.O_NOFOLLOW,
                0)) {
      byte[] target = kernel.readlinkAt(link.number(), new byte[0]);
      return new String(target, StandardCharsets.UTF_8).equals("ready");
    } catch (ErrnoException e) {
      if (isMissing(e)) {
        return false;
      }
      throw new HostException("cannot read \"" + path + "\"", e);
    }
  }

  /** When the pod was made. */
  public Optional<Instant> created() {
    return modified(layout.created());
  }

  /** When the pod was started. */
  public Optional<Instant> started() {
    Optional<Instant> started = modified(layout.pid());
    return started.isPresent() ? started : modified(layout.ppid());
  }

  /** When the app was added to a mutable pod. */
  public Optional<Instant> appCreated(AcName app) {
    return modified(stage1Layout().statusCreated(app));
  }

  /** When the app of a mutable pod was started. */
  public Optional<Instant> appStarted(AcName app) {
    return modified(stage1Layout().statusStarted(app));
  }

  /** When the app's exit status was written. */
  public Optional<Instant> appFinished(AcName app) {
    return modified(stage1Layout().status(app));
  }

  /** When the pod came into the directory it is in: the change time that its rename left. */
  public Optional<Instant> moved() {
    Optional<FileStatus> status = status(layout.directory());
    if (status.isEmpty()) {
      return Optional.empty();
    }
    FileStatus found = status.get();
    return Optional.of(Instant.ofEpochSecond(found.ctimeSeconds(), found.ctimeNanos()));
  }

  private Optional<Instant> modified(Path path) {
    Optional<FileStatus> status = status(path);
    if (status.isEmpty()) {
      return Optional.empty();
    }
    FileStatus found = status.get();
    return Optional.of(Instant.ofEpochSecond(found.mtimeSeconds(), found.mtimeNanos()));
  }

  private Optional<FileStatus> status(Path path) {
    try {
      return Optional.of(kernel.statAt(Fd.AT_FDCWD, Kernel.path(path.toString())));
    } catch (ErrnoException e) {
      if (isMissing(e)) {
        return Optional.empty();
      }
      throw new HostException("cannot look at \"" + path + "\"", e);
    }
  }

  private OptionalInt number(Path path) {
    try {
      return parse(path.toString(), SmallFiles.read(kernel, path.toString(), LIMIT));
    } catch (ErrnoException e) {
      if (isMissing(e)) {
        return OptionalInt.empty();
      }
      throw new HostException("cannot read \"" + path + "\"", e);
    }
  }

  private OptionalInt inStage1(String path) {
    String whole = stage1Layout().stage1Rootfs() + "/" + path;
    try (Fd root = stage1Root()) {
      byte[] path8 = Kernel.path(path);
      return parse(whole, SmallFiles.readInRoot(kernel, root.number(), path8, LIMIT));
    } catch (ErrnoException e) {
      if (isMissing(e)) {
        return OptionalInt.empty();
      }
      throw new HostException("cannot read \"" + whole + "\"", e);
    }
  }

  private Fd stage1Root() throws ErrnoException {
    int flags = Open.O_PATH | Open.O_DIRECTORY | Open.O_NOFOLLOW;
    return kernel.open(stage1Layout().stage1Rootfs().toString(), flags, 0);
  }

  private PodLayout stage1Layout() {
    PodLayout found = inStage1;
    if (found == null) {
      found = Stage1Root.find(kernel, layout);
      inStage1 = found;
    }
    return found;
  }

  /** By {@code /proc/PID/task/PID/children}; empty if the parent is gone or has no child yet. */
  private OptionalInt onlyChild(int parent) {
    String path = "/proc/" + parent + "/task/" + parent + "/children";
    String children;
    try {
      children =
          new String(SmallFiles.read(kernel, path, LIMIT), StandardCharsets.US_ASCII).strip();
    } catch (ErrnoException e) {
      if (isMissing(e)) {
        return OptionalInt.empty();
      }
      throw new HostException("cannot read \"" + path + "\"", e);
    }
    if (children.indexOf(' ') >= 0) {
      throw new PodStateException(
          "cannot find the process to enter: process " + parent + " has several children");
    }
    return parse(path, children.getBytes(StandardCharsets.US_ASCII));
  }

  /** A decimal number with white space around it; empty if there is nothing, as in a new file. */
  private static OptionalInt parse(String path, byte[] content) {
    String text = new String(content, StandardCharsets.US_ASCII).strip();
    if (text.isEmpty()) {
      return OptionalInt.empty();
    }
    try {
      return OptionalInt.of(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      throw new HostException("cannot read \"" + path + "\": not a number: \"" + text + "\"", e);
    }
  }

  private static boolean isMissing(ErrnoException e) {
    int errno = e.errno();
    return errno == Errno.ENOENT || errno == Errno.ENOTDIR || errno == Errno.ESRCH;
  }
}
