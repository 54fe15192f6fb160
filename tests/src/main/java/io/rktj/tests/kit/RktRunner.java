// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.kit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The installed {@code rkt}, driven as a process with a data directory and configuration of its
 * own. Output goes to files, so nothing blocks; every run has a deadline.
 */
public final class RktRunner {
  private final Path program;
  private final Path base;
  private final List<String> global;
  private final Map<String, String> environment = new LinkedHashMap<>();
  private final List<String> prefix = new ArrayList<>();

  private RktRunner(Path program, Path base, List<String> global) {
    this.program = program;
    this.base = base;
    this.global = global;
  }

  /** The command of this build's distribution, with its directories below {@code base}. */
  public static RktRunner in(Path base) {
    try {
      Path program = distribution().resolve("bin/rkt");
      Files.createDirectories(base.resolve("local"));
      Files.createDirectories(base.resolve("system"));
      Files.createDirectories(base.resolve("out"));
      return new RktRunner(
          program,
          base,
          List.of(
              "--dir=" + base.resolve("data"),
              "--local-config=" + base.resolve("local"),
              "--system-config=" + base.resolve("system")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The distribution under test: property {@code rkt.dist}, else {@code target/dist} of the tree.
   */
  public static Path distribution() {
    String named = System.getProperty("rkt.dist");
    if (named != null) {
      return Path.of(named);
    }
    Path here = Path.of("").toAbsolutePath();
    Path dist = here.resolve("target/dist");
    if (!Files.exists(dist.resolve("bin/rkt")) && here.getParent() != null) {
      dist = here.getParent().resolve("target/dist");
    }
    if (!Files.exists(dist.resolve("bin/rkt"))) {
      throw new IllegalStateException("no distribution at " + dist + ": run mvn package first");
    }
    return dist;
  }

  /** The data directory. */
  public Path data() {
    return base.resolve("data");
  }

  /** The local configuration directory. */
  public Path localConfig() {
    return base.resolve("local");
  }

  /** The directory that all of this lies in. */
  public Path base() {
    return base;
  }

  /** Sets a variable for every later run. */
  public RktRunner with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Puts words before every later command line, such as a program that enters a name space. */
  public RktRunner inside(String... words) {
    prefix.addAll(List.of(words));
    return this;
  }

  /**
   * Has every later command started as systemd starts a service with one socket, which is made in
   * the file system.
   */
  public RktRunner activatedBy(Path socket) {
    return inside(
        "perl",
        "-MSocket",
        "-MPOSIX",
        "-e",
        "$^F = 9; socket(S, PF_UNIX, SOCK_STREAM, 0) && bind(S, sockaddr_un(shift)) &&"
            + " listen(S, 9) || die; POSIX::dup2(fileno(S), 3); $ENV{LISTEN_PID} = $$;"
            + " $ENV{LISTEN_FDS} = 1; exec @ARGV",
        socket.toString());
  }

  /** Runs to the end, two minutes at most; the global flags come first. */
  public RktResult run(String... arguments) {
    return start(arguments).await(120);
  }

  /** Starts it; standard input is a pipe. */
  public RktProcess start(String... arguments) {
    List<String> line = new ArrayList<>(prefix);
    line.add(program.toString());
    line.addAll(global);
    line.addAll(List.of(arguments));
    return exec(line);
  }

  /** Starts {@code rkt} with exactly these arguments, without the directories of this runner. */
  public RktProcess bare(String... arguments) {
    List<String> line = new ArrayList<>(prefix);
    line.add(program.toString());
    line.addAll(List.of(arguments));
    return exec(line);
  }

  private RktProcess exec(List<String> line) {
    try {
      Path out = Files.createTempFile(base.resolve("out"), "stdout", "");
      Path err = Files.createTempFile(base.resolve("out"), "stderr", "");
      ProcessBuilder builder = new ProcessBuilder(line);
      builder.environment().remove("NOTIFY_SOCKET");
      builder.environment().putAll(environment);
      builder.redirectOutput(out.toFile()).redirectError(err.toFile());
      return new RktProcess(line, builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A running command. */
  public static final class RktProcess {
    private final List<String> line;
    private final Process process;
    private final Path out;
    private final Path err;

    RktProcess(List<String> line, Process process, Path out, Path err) {
      this.line = line;
      this.process = process;
      this.out = out;
      this.err = err;
    }

    /** The process. */
    public Process process() {
      return process;
    }

    /** Its process id, which stays the pod's supervisor's. */
    public long pid() {
      return process.pid();
    }

    /** What it has printed so far. */
    public String stdout() {
      return text(out);
    }

    /** What it has printed on standard error so far. */
    public String stderr() {
      return text(err);
    }

    /** Waits until {@code text} stands on standard output or the command has ended. */
    public RktProcess awaitStdout(String text, int seconds) {
      return awaitText(out, text, seconds);
    }

    /** The same of standard error. */
    public RktProcess awaitStderr(String text, int seconds) {
      return awaitText(err, text, seconds);
    }

    private RktProcess awaitText(Path file, String text, int seconds) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      while (!text(file).contains(text)) {
        if (!process.isAlive() && !text(file).contains(text)) {
          throw new AssertionError("ended before printing \"" + text + "\": " + await(5));
        }
        if (System.nanoTime() > deadline) {
          throw new AssertionError(
              "did not print \"" + text + "\" in " + seconds + " s: " + stdout() + stderr());
        }
        pause();
      }
      return this;
    }

    /** Sends a signal by number to the process itself. */
    public void signal(int number) {
      try {
        new ProcessBuilder("kill", "-" + number, Long.toString(process.pid())).start().waitFor();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /** Waits for the end; after {@code seconds} it is killed and the test fails. */
    public RktResult await(int seconds) {
      try {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
          throw new AssertionError(
              "still running after " + seconds + " s: " + line + "\n" + stdout() + stderr());
        }
        return new RktResult(line, process.exitValue(), stdout(), stderr());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    private static void pause() {
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    private static String text(Path file) {
      try {
        return new String(Files.readAllBytes(file), UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** How a command ended. */
  public record RktResult(List<String> line, int exit, String stdout, String stderr) {
    /** Fails unless the exit status is {@code status}. */
    public RktResult exits(int status) {
      if (exit != status) {
        throw new AssertionError("expected exit status " + status + ": " + this);
      }
      return this;
    }

    /** Fails unless standard error contains {@code text}. */
    public RktResult stderrHas(String text) {
      if (!stderr.contains(text)) {
        throw new AssertionError("expected \"" + text + "\" on standard error: " + this);
      }
      return this;
    }

    /** Fails unless standard output contains {@code text}. */
    public RktResult stdoutHas(String text) {
      if (!stdout.contains(text)) {
        throw new AssertionError("expected \"" + text + "\" on standard output: " + this);
      }
      return this;
    }

    /** What the app {@code name} printed, without the prefix of the console's lines. */
    public List<String> lines(String name) {
      Pattern prefix = Pattern.compile("^\\[ *[0-9]+\\.[0-9]+\\] " + name + "\\[[0-9]+\\]: ?(.*)$");
      List<String> found = new ArrayList<>();
      for (String text : stdout.split("\n", -1)) {
        Matcher matcher = prefix.matcher(text);
        if (matcher.matches()) {
          found.add(matcher.group(1));
        }
      }
      return found;
    }

    /** Fails if a stack trace or an internal error reached the user. */
    public RktResult isTidy() {
      for (String trace : List.of("Exception", "\tat ", "internal error")) {
        if (stderr.contains(trace) || stdout.contains(trace)) {
          throw new AssertionError("a trace reached the user: " + this);
        }
      }
      return this;
    }

    @Override
    public String toString() {
      return String.join(" ", line)
          + "\nexit status "
          + exit
          + "\nstdout: "
          + stdout
          + "\nstderr: "
          + stderr;
    }
  }
}
