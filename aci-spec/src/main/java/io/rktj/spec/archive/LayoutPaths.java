// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The bytes of names on disk. A Java path keeps the bytes it got from the kernel, but its text is
 * decoded by the locale; its URI is not.
 */
final class LayoutPaths {
  private LayoutPaths() {}

  /** The last component of {@code path}. */
  static RawName nameOf(Path path) {
    return withoutSlash(decode(path.toUri().getRawPath())).last();
  }

  /** The target of the symbolic link {@code path}; repeated slashes are lost. */
  static RawName linkTarget(Path path) throws IOException {
    Path target = Files.readSymbolicLink(path);
    RawName absolute = withoutSlash(decode(Path.of("/").resolve(target).toUri().getRawPath()));
    return target.isAbsolute() ? absolute : absolute.from(1);
  }

  /** A URI's path ends with a slash if there happens to be a directory. */
  private static RawName withoutSlash(RawName name) {
    boolean extra = name.length() > 1 && name.at(name.length() - 1) == '/';
    return extra ? name.parent() : name;
  }

  private static RawName decode(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        bytes.write(Integer.parseInt(text, i + 1, i + 3, 16));
        i += 2;
      } else {
        bytes.write(c);
      }
    }
    return RawName.adopting(bytes.toByteArray());
  }
}
