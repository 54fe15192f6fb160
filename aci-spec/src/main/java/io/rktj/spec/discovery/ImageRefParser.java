// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.discovery;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.HttpUrl;
import io.rktj.spec.ImageIdPrefix;
import io.rktj.spec.Labels;
import io.rktj.spec.Labels.Label;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Parameters;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Sorts an image reference by its form; looks at the disk only to see if a file is there. */
final class ImageRefParser {
  private static final String SUFFIX = ".aci";

  private final String text;
  private final Path workingDirectory;

  ImageRefParser(String text, Path workingDirectory) {
    this.text = text;
    this.workingDirectory = workingDirectory;
  }

  ImageRef parse(boolean hashAllowed) {
    if (hashAllowed && ImageIdPrefix.looksLike(text)) {
      return new ImageRef.ByHash(ImageIdPrefix.parse(text));
    }
    switch (scheme()) {
      case "" -> {
        return withoutScheme();
      }
      case "file" -> {
        return fileUrl(text);
      }
      case "http", "https" -> {
        return remote(text);
      }
      case "docker" -> {
        return docker(text.substring("docker:".length()));
      }
      case "cimd" -> {
        return cimd();
      }
      default -> {
        return byName(text);
      }
    }
  }

  /** The scheme in lower case, by RFC 3986; empty if there is none. */
  private String scheme() {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      boolean later = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
      if (c == ':') {
        return lowerCase(text.substring(0, i));
      }
      if (!letter && (i == 0 || !later)) {
        return "";
      }
    }
    return "";
  }

  private static String lowerCase(String scheme) {
    StringBuilder lower = new StringBuilder(scheme.length());
    for (int i = 0; i < scheme.length(); i++) {
      char c = scheme.charAt(i);
      lower.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
    }
    return lower.toString();
  }

  private ImageRef withoutScheme() {
    if (text.startsWith("/")) {
      return file(text);
    }
    if (!text.isEmpty() && text.indexOf('\0') < 0 && path(text).toFile().isFile()) {
      return file(text);
    }
    if (text.indexOf(':') >= 0) {
      return byName(text);
    }
    if (text.contains("./") || text.endsWith(SUFFIX)) {
      return file(text);
    }
    return byName(text);
  }

  private ImageRef file(String name) {
    return new ImageRef.AtFile(path(name));
  }

  private Path path(String name) {
    try {
      return workingDirectory.resolve(name);
    } catch (InvalidPathException e) {
      throw new MalformedException("invalid image string \"" + text + "\"", e);
    }
  }

  private static ImageRef byName(String name) {
    AppString app = AppString.parse(name);
    return new ImageRef.ByName(app.name(), app.labels());
  }

  private ImageRef fileUrl(String url) {
    int start = "file:".length();
    String rest = url.substring(start);
    if (rest.startsWith("//")) {
      int slash = rest.indexOf('/', 2);
      String host = slash < 0 ? rest.substring(2) : rest.substring(2, slash);
      rest =
          slash >= 0 && (host.isEmpty() || host.equals("localhost")) ? rest.substring(slash) : "";
    }
    String path = UrlText.decode(UrlText.path(rest), false);
    if (!path.startsWith("/") || !path.endsWith(SUFFIX)) {
      throw invalid();
    }
    return file(path);
  }

  private ImageRef remote(String url) {
    HttpUrl checked;
    try {
      checked = new HttpUrl(url);
    } catch (MalformedException e) {
      throw new MalformedException("invalid image string \"" + text + "\": " + e.getMessage(), e);
    }
    if (!checked.path().endsWith(SUFFIX)) {
      throw invalid();
    }
    return new ImageRef.AtUrl(url);
  }

  /** {@code cimd:TYPE:v=0:DATA}, the way in which rkt itself writes references down. */
  private ImageRef cimd() {
    List<String> parts = Parameters.split(text, ':');
    if (parts.size() < 4 || !parts.get(2).equals("v=0")) {
      throw invalid();
    }
    String type = parts.get(1);
    String data = text.substring("cimd:".length() + type.length() + ":v=0:".length());
    if (type.equals("appc")) {
      return appc(data);
    }
    if (type.equals("aci-archive")) {
      return archive(UrlText.decode(data, true));
    }
    if (type.equals("docker")) {
      return docker(UrlText.decode(data, true));
    }
    throw invalid();
  }

  private static ImageRef docker(String reference) {
    String typed = reference.startsWith("//") ? reference.substring(2) : reference;
    return new ImageRef.AtRegistry(DockerReference.parse(typed), typed);
  }

  private ImageRef archive(String url) {
    if (url.startsWith("file:")) {
      return fileUrl(url);
    }
    return remote(url);
  }

  private static ImageRef appc(String data) {
    int query = data.indexOf('?');
    String name = query < 0 ? data : data.substring(0, query);
    List<Label> labels = new ArrayList<>();
    if (query >= 0 && query + 1 < data.length()) {
      for (String piece : Parameters.split(data.substring(query + 1), '&')) {
        int equals = piece.indexOf('=');
        if (equals < 0) {
          throw new MalformedException(
              "malformed string \"" + piece + "\" - has a label without a value: " + piece);
        }
        AcIdentifier label = AcIdentifier.parse(UrlText.decode(piece.substring(0, equals), true));
        labels.add(new Label(label, UrlText.decode(piece.substring(equals + 1), true)));
      }
    }
    return new ImageRef.ByName(AcIdentifier.parse(UrlText.decode(name, false)), new Labels(labels));
  }

  private MalformedException invalid() {
    return new MalformedException("invalid image string \"" + text + "\"");
  }
}
