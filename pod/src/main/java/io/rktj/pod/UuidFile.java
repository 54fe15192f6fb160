// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import io.rktj.linux.ErrnoException;
import io.rktj.linux.Fd;
import io.rktj.linux.Kernel;
import io.rktj.linux.Open;
import io.rktj.linux.SmallFiles;
import io.rktj.spec.Uuid;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The file of {@code --uuid-file-save} and {@code --uuid-file}: a pod's uuid without a newline;
 * white space around it is no matter when it is read ({@code spec/rkt-cli.md} section 6.4).
 */
public final class UuidFile {
  private static final int LIMIT = 4096;
  private static final int MODE = 0644;

  private UuidFile() {}

  /** What a user would have typed: the text for {@link PodStore#find}. */
  public static String read(Kernel kernel, Path file) {
    try {
      byte[] content = SmallFiles.read(kernel, file.toString(), LIMIT);
      return new String(content, StandardCharsets.UTF_8).strip();
    } catch (ErrnoException e) {
      throw new HostException("cannot read uuid file \"" + file + "\"", e);
    }
  }

  /** Makes or replaces the file. */
  public static void write(Kernel kernel, Path file, Uuid uuid) {
    byte[] content = uuid.toString().getBytes(StandardCharsets.US_ASCII);
    int flags = Open.O_WRONLY | Open.O_CREAT | Open.O_TRUNC;
    try (Fd open = kernel.open(file.toString(), flags, MODE)) {
      kernel.writeFully(open.number(), content, 0, content.length);
    } catch (ErrnoException e) {
      throw new HostException("cannot write uuid file \"" + file + "\"", e);
    }
  }
}
