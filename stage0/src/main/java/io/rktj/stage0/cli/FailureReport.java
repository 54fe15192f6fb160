// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.PodException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A failure as the user reads it ({@code spec/rkt-cli.md} section 1.1): the outer message and the
 * innermost cause, or with {@code --debug} the whole chain, one {@code └─} below the other, and the
 * trace. Whatever is no {@link PodException} is a defect and called an internal error.
 */
final class FailureReport {
  private FailureReport() {}

  /** The lines to print behind the prefix. */
  static String of(Throwable failure, boolean debug) {
    StringBuilder text = new StringBuilder();
    if (failure instanceof PodException known) {
      text.append(debug ? chain(failure) : summary(failure));
      known.hint().ifPresent(hint -> text.append("\nhint: ").append(Escaped.continued(hint)));
    } else {
      text.append("internal error: ").append(debug ? chain(failure) : summary(failure));
    }
    if (debug) {
      text.append('\n').append(trace(failure));
    }
    return text.toString();
  }

  private static String summary(Throwable failure) {
    String outer = text(failure);
    List<Throwable> causes = causes(failure);
    if (causes.isEmpty()) {
      return outer;
    }
    String inner = text(causes.get(causes.size() - 1));
    return outer.endsWith(inner) ? outer : outer + ": " + inner;
  }

  private static String chain(Throwable failure) {
    StringBuilder chain = new StringBuilder(text(failure));
    String indent = "  ";
    for (Throwable cause : causes(failure)) {
      chain.append('\n').append(indent).append("└─").append(text(cause));
      indent = indent + "  ";
    }
    return chain.toString();
  }

  private static List<Throwable> causes(Throwable failure) {
    List<Throwable> causes = new ArrayList<>();
    @Nullable Throwable cause = failure.getCause();
    while (cause != null && causes.size() < 50) {
      causes.add(cause);
      cause = cause.getCause();
    }
    return causes;
  }

  /** What one link of the chain says, made harmless: no line of it can pass for one of ours. */
  private static String text(Throwable failure) {
    return Escaped.continued(words(failure));
  }

  /** The JDK's file errors name only the file. */
  private static String words(Throwable failure) {
    @Nullable String message = failure.getMessage();
    if (failure instanceof FileSystemException file && file.getReason() == null) {
      return file.getFile() + ": " + reason(file);
    }
    if (failure instanceof PodException && message != null) {
      return message;
    }
    String kind = failure.getClass().getSimpleName();
    if (message == null || message.isEmpty()) {
      return kind;
    }
    return failure instanceof java.io.IOException && message.indexOf(' ') >= 0
        ? message
        : kind + ": " + message;
  }

  private static String reason(FileSystemException file) {
    if (file instanceof NoSuchFileException) {
      return "no such file or directory";
    }
    if (file instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (file instanceof FileAlreadyExistsException) {
      return "file exists";
    }
    return file.getClass().getSimpleName();
  }

  private static String trace(Throwable failure) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace, true));
    return trace.toString().stripTrailing();
  }
}
