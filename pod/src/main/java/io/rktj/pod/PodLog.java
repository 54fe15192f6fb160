// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import io.rktj.spec.AcName;
import io.rktj.spec.MalformedException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the apps of a pod have written, all of them or one, in the order of time. While the pod runs
 * there may be more when there was nothing a moment ago.
 */
public final class PodLog implements AutoCloseable {
  private final Path directory;
  private final Optional<AcName> wanted;
  private final List<LogFile> files = new ArrayList<>();

  /** The log of a pod; of one app if it is named. */
  public PodLog(PodLayout layout, Optional<AcName> app) {
    directory = layout.logs();
    wanted = app;
  }

  /** The next line; empty if there is none yet. */
  public Optional<LogLine> next() {
    try {
      Optional<LogLine> first = Optional.empty();
      LogFile source = null;
      for (LogFile file : files) {
        Optional<LogLine> line = file.peek();
        if (line.isPresent()
            && (first.isEmpty() || line.get().time().compareTo(first.get().time()) < 0)) {
          first = line;
          source = file;
        }
      }
      if (source != null) {
        source.take();
        return first;
      }
      return lookForApps() ? next() : first;
    } catch (IOException e) {
      throw new HostException("cannot read the log in \"" + directory + "\"", e);
    }
  }

  /** What has been left unfinished when the pod ended; to be asked for after all else. */
  public Optional<LogLine> rest() {
    for (LogFile file : files) {
      Optional<LogLine> line = file.rest();
      if (line.isPresent()) {
        return line;
      }
    }
    return Optional.empty();
  }

  /** Finds logs of apps that are not read yet; true if there were some. */
  private boolean lookForApps() throws IOException {
    int before = files.size();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (name.indexOf('.') < 0) {
          add(name);
        }
      }
    } catch (NoSuchFileException e) {
      return false;
    }
    return files.size() > before;
  }

  private void add(String name) {
    AcName app;
    try {
      app = AcName.parse(name);
    } catch (MalformedException e) {
      return; // nobody's log
    }
    if (wanted.isPresent() && !wanted.get().equals(app)) {
      return;
    }
    for (LogFile file : files) {
      if (file.app().equals(app)) {
        return;
      }
    }
    files.add(new LogFile(directory, app));
  }

  @Override
  public void close() {
    for (LogFile file : files) {
      try {
        file.close();
      } catch (IOException e) {
        throw new HostException("cannot close the log of app \"" + file.app() + "\"", e);
      }
    }
  }
}
