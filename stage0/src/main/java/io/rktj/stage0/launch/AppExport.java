// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.launch;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.pod.HostException;
import io.rktj.pod.PodLayout;
import io.rktj.spec.AcName;
import io.rktj.spec.archive.Compression;
import io.rktj.spec.archive.ImageBuilder;
import io.rktj.spec.archive.ImageLayout;
import io.rktj.spec.json.ImageManifestJson;
import io.rktj.spec.manifest.ImageManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Packs what an app of an exited pod has left of its image ({@code spec/rkt-cli.md} section 4.13).
 * The layers are put together, read-only, in a mount name space of one thread: the host sees no
 * mount, and nothing is left behind however this ends.
 */
public final class AppExport {
  private static final int CLONE_NEWNS = 0x00020000;
  private static final long MS_RDONLY = 1;
  private static final long MS_BIND = 4096;
  private static final long MS_REC = 16384;
  private static final long MS_PRIVATE = 1L << 18;

  private final Kernel kernel;
  private final PodLayout pod;
  private final AcName app;
  private final Path lower;
  private final Optional<Path> upper;

  /**
   * Of one app of one pod.
   *
   * @param lower the root file system that the app began with
   * @param upper what it has written over that, a layer of its own; need not exist
   */
  public AppExport(Kernel kernel, PodLayout pod, AcName app, Path lower, Optional<Path> upper) {
    this.kernel = kernel;
    this.pod = pod;
    this.app = app;
    this.lower = lower;
    this.upper = upper;
  }

  /**
   * Writes the image to {@code output}, which appears whole or not at all.
   *
   * @throws java.nio.file.FileAlreadyExistsException if it exists and must not be replaced
   */
  public void write(Path output, boolean overwrite) throws IOException {
    Work work = new Work(output, overwrite);
    Thread thread = new Thread(work, "export");
    thread.start();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException("interrupted", e);
    }
    work.rethrow();
  }

  /** Done by a thread of its own, whose mount name space ends with it. */
  private final class Work implements Runnable {
    private final Path output;
    private final boolean overwrite;
    private @Nullable IOException failure;
    private @Nullable RuntimeException refusal;

    Work(Path output, boolean overwrite) {
      this.output = output;
      this.overwrite = overwrite;
    }

    @Override
    public void run() {
      try {
        byte[] manifest = Files.readAllBytes(pod.appInfoManifest(app));
        ImageManifest image = ImageManifestJson.read(manifest, pod.appInfoManifest(app).toString());
        ImageBuilder.build(
            image,
            assemble(manifest),
            output,
            new ImageBuilder.Options(false, Compression.GZIP, overwrite));
      } catch (IOException e) {
        failure = e;
      } catch (RuntimeException e) {
        refusal = e;
      }
    }

    void rethrow() throws IOException {
      if (failure != null) {
        throw failure;
      }
      if (refusal != null) {
        throw refusal;
      }
    }
  }

  /**
   * An image layout on a memory file system that hides, for this thread, a directory of the pod.
   */
  private ImageLayout assemble(byte[] manifest) throws IOException {
    Path place = pod.appsInfo();
    Path rootfs = place.resolve("rootfs");
    try {
      kernel.unshare(CLONE_NEWNS);
      kernel.mount("", "/", "", MS_REC | MS_PRIVATE, "");
      kernel.mount("tmpfs", place.toString(), "tmpfs", 0, "mode=0700");
      kernel.mkdirAt(Fd.AT_FDCWD, Kernel.path(rootfs.toString()), 0755);
      Files.write(place.resolve("manifest"), manifest);
      if (upper.isPresent() && Files.isDirectory(upper.get())) {
        // both are lower layers, so that neither can be written to
        String layers = "lowerdir=" + escaped(upper.get()) + ":" + escaped(lower);
        kernel.mount("overlay", rootfs.toString(), "overlay", MS_RDONLY, layers);
      } else {
        kernel.mount(lower.toString(), rootfs.toString(), "", MS_BIND, "");
      }
    } catch (ErrnoException e) {
      throw new HostException("cannot put the layers of app \"" + app + "\" together", e);
    }
    return ImageLayout.open(place);
  }

  /** What stands for itself among the options of an overlay. */
  private static String escaped(Path path) {
    String text = path.toString();
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' || c == ',' || c == ':') {
        escaped.append('\\');
      }
      escaped.append(c);
    }
    return escaped.toString();
  }
}
