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
  private static final String NAMED = "Exception: ";

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
    Throwable innermost = causes.get(causes.size() - 1);
    if (innermost instanceof FileSystemException file
        && file.getReason() == null
        && outer.endsWith(Quoted.of(String.valueOf(file.getFile())))) {
      return outer + ": " + reason(file); // which file has been said
    }
    String inner = text(innermost);
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
    if (message == null || message.isEmpty()) {
      return kind(failure);
    }
    // some messages of the JDK begin with the class of what lies beneath
    int named = message.lastIndexOf(NAMED);
    String said = named < 0 ? message : message.substring(named + NAMED.length());
    return said.indexOf(' ') >= 0 ? said : kind(failure) + ": " + said;
  }

  /** What kind of failure it is, in words: {@code unknown host}, {@code null pointer}. */
  private static String kind(Throwable failure) {
    String name = failure.getClass().getSimpleName();
    StringBuilder words = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (i > 0 && Character.isUpperCase(c) && Character.isLowerCase(name.charAt(i - 1))) {
        words.append(' ');
      }
      words.append(Character.toLowerCase(c));
    }
    String kind = words.toString();
    return kind.endsWith(" exception") ? kind.substring(0, kind.length() - 10) : kind;
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
    return kind(file);
  }

  private static String trace(Throwable failure) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace, true));
    return trace.toString().stripTrailing();
  }
}
