// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.api;

import io.grpc.stub.ServerCallStreamObserver;
import io.rktj.linux.Kernel;
import io.rktj.pod.LogLine;
import io.rktj.pod.Pod;
import io.rktj.pod.PodLog;
import io.rktj.pod.PodState;
import io.rktj.pod.PodStore;
import io.rktj.spec.AcName;
import io.rktj.spec.MalformedException;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.stage0.launch.PodReporter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import rkt.v1alpha.GetLogsRequest;
import rkt.v1alpha.GetLogsResponse;

/** {@code GetLogs}: what the apps of a pod have written, and write. */
final class LogStreams {
  private static final int MOST_LINES = 100_000;
  private static final int BATCH = 500;

  private final Kernel kernel;
  private final Path data;
  private final Streams streams;

  LogStreams(Kernel kernel, Path data, Streams streams) {
    this.kernel = kernel;
    this.data = data;
    this.streams = streams;
  }

  void open(GetLogsRequest request, ServerCallStreamObserver<GetLogsResponse> observer) {
    if (request.getLines() < 0 || request.getLines() > MOST_LINES) {
      throw new MalformedException("lines: expected 0 to " + MOST_LINES);
    }
    Pod pod = PodAnswers.find(kernel, data, request.getPodId());
    streams.serve(observer, new Reader(request, pod, log(pod, request.getAppName())));
  }

  private PodLog log(Pod pod, String wanted) {
    if (wanted.isEmpty()) {
      return new PodLog(pod.layout(), Optional.empty());
    }
    AcName name = AcName.parse(wanted);
    Optional<PodManifest> manifest = new PodReporter(kernel).manifest(pod);
    if (manifest.isEmpty() || manifest.get().app(name).isEmpty()) {
      throw new PublicApi.NotFound("no app \"" + wanted + "\" in pod \"" + pod.uuid() + "\"");
    }
    return new PodLog(pod.layout(), Optional.of(name));
  }

  private final class Reader implements Streams.Source<GetLogsResponse> {
    private final GetLogsRequest request;
    private final Pod pod;
    private final PodLog log;
    private final Deque<LogLine> last = new ArrayDeque<>();
    private boolean collected;
    private boolean over;

    Reader(GetLogsRequest request, Pod pod, PodLog log) {
      this.request = request;
      this.pod = pod;
      this.log = log;
    }

    @Override
    public boolean pump(ServerCallStreamObserver<GetLogsResponse> observer) {
      while (observer.isReady()) {
        boolean ended = !request.getFollow() || over;
        List<String> batch = batch();
        if (batch.isEmpty()) {
          if (ended) {
            return true;
          }
          over = isOver(); // and what was written before that is read once more
          return false;
        }
        observer.onNext(GetLogsResponse.newBuilder().addAllLines(batch).build());
      }
      return false;
    }

    private boolean isOver() {
      boolean late =
          request.getUntilTime() > 0 && Instant.now().getEpochSecond() > request.getUntilTime();
      Optional<Pod> now = new PodStore(kernel, data).look(pod.uuid());
      return late || now.isEmpty() || now.get().state() != PodState.RUNNING;
    }

    private List<String> batch() {
      if (request.getLines() > 0 && !collected) {
        collect();
        collected = true;
      }
      List<String> batch = new ArrayList<>();
      while (batch.size() < BATCH) {
        LogLine line = last.isEmpty() ? next() : last.removeFirst();
        if (line == null) {
          break;
        }
        batch.add(LogText.shown(line));
      }
      return batch;
    }

    /** The last lines there are, as many as are wanted. */
    private void collect() {
      LogLine line = next();
      while (line != null) {
        last.addLast(line);
        if (last.size() > request.getLines()) {
          last.removeFirst();
        }
        line = next();
      }
    }

    /** The earliest line of all apps that is wanted; null if there is none for now. */
    private @Nullable LogLine next() {
      Optional<LogLine> line = log.next();
      while (line.isPresent() && !isWanted(LogText.second(line.get()))) {
        line = log.next();
      }
      return line.orElse(null);
    }

    private boolean isWanted(long second) {
      return second >= request.getSinceTime()
          && (request.getUntilTime() <= 0 || second <= request.getUntilTime());
    }

    @Override
    public void close() {
      log.close();
    }
  }
}
