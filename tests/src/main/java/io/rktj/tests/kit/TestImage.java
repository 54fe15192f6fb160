// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * An image in the making for a test: a manifest and a root file system that holds the static probe
 * program and a static busybox as {@code /bin/sh} and friends.
 *
 * <pre>
 * Path aci = TestImage.named("example.com/app").exec("/bin/sh", "-c", "exit 3").write(directory);
 * </pre>
 */
public final class TestImage {
  private static final List<String> APPLETS =
      List.of(
          "sh",
          "true",
          "false",
          "cat",
          "ls",
          "echo",
          "sleep",
          "env",
          "id",
          "pwd",
          "stat",
          "mount",
          "mkdir",
          "touch",
          "rm",
          "mknod",
          "ps",
          "hostname",
          "ip",
          "nc",
          "wget",
          "kill",
          "tty",
          "dd",
          "grep",
          "readlink",
          "seq",
          "wc",
          "head",
          "tail",
          "test",
          "printf",
          "chmod",
          "yes",
          "stty");

  private final RawTar tar = new RawTar();
  private final String name;
  private String version = "1";
  private final List<String> exec = new ArrayList<>(List.of("/bin/true"));
  private String user = "0";
  private String group = "0";
  private String more = "";
  private String top = "";

  private TestImage(String name) {
    this.name = name;
    tar.directory("rootfs");
    tar.directory("rootfs/bin");
    tar.directory("rootfs/etc");
    tar.entry("rootfs/tmp", '5', 01777, "", new byte[0], 0, 0);
    tar.file("rootfs/etc/passwd", "root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/:/bin/sh\n");
    tar.file("rootfs/etc/group", "root:x:0:\nuser:x:1000:\nteam:x:2000:\n");
    try {
      tar.program("rootfs/bin/busybox", Files.readAllBytes(busybox()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (String applet : APPLETS) {
      tar.symlink("rootfs/bin/" + applet, "busybox");
    }
  }

  /** An image of this name, version 1, that runs {@code /bin/true} as root. */
  public static TestImage named(String name) {
    return new TestImage(name);
  }

  /** Where a static busybox lies on this host. */
  public static Path busybox() {
    for (String path : List.of("/bin/busybox", "/usr/bin/busybox")) {
      if (Files.isExecutable(Path.of(path))) {
        return Path.of(path);
      }
    }
    throw new IllegalStateException("no busybox: install busybox-static");
  }

  /** The version label. */
  public TestImage version(String label) {
    this.version = label;
    return this;
  }

  /** The program and its arguments. */
  public TestImage exec(String... words) {
    exec.clear();
    exec.addAll(List.of(words));
    return this;
  }

  /** A shell script to run. */
  public TestImage script(String script) {
    return exec("/bin/sh", "-c", script);
  }

  /** User and group. */
  public TestImage as(String userName, String groupName) {
    this.user = userName;
    this.group = groupName;
    return this;
  }

  /** More members of the app section, as JSON text. */
  public TestImage app(String members) {
    more = more + "," + members;
    return this;
  }

  /** More members of the manifest itself, as JSON text. */
  public TestImage manifest(String members) {
    top = top + "," + members;
    return this;
  }

  /** A file of the root file system; parents must exist. */
  public TestImage file(String path, String content) {
    tar.file("rootfs/" + path, content);
    return this;
  }

  /** A directory of the root file system. */
  public TestImage directory(String path) {
    tar.directory("rootfs/" + path);
    return this;
  }

  /** A symbolic link of the root file system. */
  public TestImage symlink(String path, String target) {
    tar.symlink("rootfs/" + path, target);
    return this;
  }

  /** The tar, for whatever else a test wants in it. */
  public RawTar tar() {
    return tar;
  }

  /** The manifest's text. */
  public String manifestText() {
    StringBuilder words = new StringBuilder();
    for (String word : exec) {
      if (words.length() > 0) {
        words.append(',');
      }
      words.append(quote(word));
    }
    String arch = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "amd64";
    return "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":"
        + quote(name)
        + ",\"labels\":[{\"name\":\"version\",\"value\":"
        + quote(version)
        + "},{\"name\":\"os\",\"value\":\"linux\"},{\"name\":\"arch\",\"value\":\""
        + arch
        + "\"}],\"app\":{\"exec\":["
        + words
        + "],\"user\":"
        + quote(user)
        + ",\"group\":"
        + quote(group)
        + more
        + "}"
        + top
        + "}";
  }

  /** A JSON string of {@code text}. */
  public static String quote(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        out.append("\\u").append(HexFormat.of().toHexDigits(c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }

  /** Writes {@code NAME-VERSION.aci} (slashes become dashes) into {@code directory}, by gzip. */
  public Path write(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    tar.file("manifest", manifestText());
    return tar.writeGzip(directory.resolve(name.replace('/', '-') + "-" + version + ".aci"));
  }
}
