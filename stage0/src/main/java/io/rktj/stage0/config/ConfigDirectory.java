// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.config;

import io.rktj.spec.MalformedException;
import io.rktj.spec.json.JsonCursor;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.Arrays;

/**
 * Reads the files of one configuration directory: those named {@code *.json}, regular, directly in
 * {@code auth.d}, {@code paths.d}, {@code stage1.d} or {@code fetch.d}, in the order of their
 * names.
 */
final class ConfigDirectory {
  private static final String VERSION = "v1";

  private ConfigDirectory() {}

  static ConfigLayer read(File root, boolean servers) {
    if (!root.isDirectory()) {
      throw new MalformedException("expected \"" + root + "\" to be a directory");
    }
    ConfigLayer layer = new ConfigLayer();
    readAll(new File(root, "paths.d"), layer, "paths");
    readAll(new File(root, "stage1.d"), layer, "stage1", "machine");
    if (servers) {
      readAll(new File(root, "auth.d"), layer, "auth", "dockerAuth");
      readAll(new File(root, "fetch.d"), layer, "fetch");
    }
    return layer;
  }

  private static void readAll(File directory, ConfigLayer layer, String... kinds) {
    String[] names = directory.list();
    if (names == null) {
      if (directory.isDirectory()) {
        throw new MalformedException("cannot read the directory \"" + directory + "\"");
      }
      if (directory.exists()) {
        throw new MalformedException("expected \"" + directory + "\" to be a directory");
      }
      return;
    }
    Arrays.sort(names);
    for (String name : names) {
      File file = new File(directory, name);
      if (name.endsWith(".json") && Files.isRegularFile(file.toPath(), LinkOption.NOFOLLOW_LINKS)) {
        readFile(directory, file, layer, kinds);
      }
    }
  }

  private static void readFile(File directory, File file, ConfigLayer layer, String[] kinds) {
    JsonCursor document = parse(file);
    String kind = document.optionalText("rktKind").orElse("");
    if (kind.isEmpty()) {
      throw new MalformedException("no rktKind specified in \"" + file + "\"");
    }
    String version = document.optionalText("rktVersion").orElse("");
    if (version.isEmpty()) {
      throw new MalformedException("no rktVersion specified in \"" + file + "\"");
    }
    if (!Arrays.asList(kinds).contains(kind)) {
      throw new MalformedException(
          "the configuration directory \""
              + directory
              + "\" expects to have configuration files of kinds \""
              + String.join("\", \"", kinds)
              + "\", but \""
              + file
              + "\" has kind of \""
              + kind
              + "\"");
    }
    if (!version.equals(VERSION)) {
      throw new MalformedException(
          "no parser available for configuration of kind \""
              + kind
              + "\" and version \""
              + version
              + "\"");
    }
    take(kind, document, file, layer);
  }

  private static JsonCursor parse(File file) {
    try {
      return JsonCursor.parse(Files.readAllBytes(file.toPath()), "document");
    } catch (MalformedException e) {
      throw failed(file, e);
    } catch (IOException e) {
      throw new MalformedException("cannot read \"" + file + "\"", e);
    }
  }

  private static void take(String kind, JsonCursor document, File file, ConfigLayer layer) {
    try {
      if (kind.equals("auth")) {
        AuthKinds.auth(document, layer);
      } else if (kind.equals("dockerAuth")) {
        AuthKinds.dockerAuth(document, layer);
      } else if (kind.equals("paths")) {
        PlaceKinds.paths(document, layer);
      } else if (kind.equals("stage1")) {
        PlaceKinds.stage1(document, layer);
      } else if (kind.equals("machine")) {
        PlaceKinds.machine(document, layer);
      } else {
        FetchKind.fetch(document, layer);
      }
    } catch (MalformedException e) {
      throw failed(file, e);
    }
  }

  private static MalformedException failed(File file, MalformedException e) {
    return new MalformedException("failed to parse \"" + file + "\": " + e.getMessage());
  }
}
