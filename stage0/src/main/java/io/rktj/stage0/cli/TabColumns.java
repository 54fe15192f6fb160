// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Lines whose tab-terminated cells are lined up at multiples of eight, as rkt's help and tables are
 * ({@code spec/rkt-cli.md} sections 1.2 and 4.6). A column is as wide as the widest cell of a run
 * of neighbouring lines that have it; the last cell of a line is never padded.
 */
final class TabColumns {
  private static final int TAB = 8;

  private final List<String[]> lines = new ArrayList<>();

  /** Adds a line; the text between two tabs is a cell. */
  TabColumns line(String text) {
    lines.add(text.split("\t", -1));
    return this;
  }

  /** Adds a line of given cells; tabs and control characters inside them are escaped. */
  TabColumns row(List<String> cells) {
    String[] row = new String[cells.size()];
    for (int i = 0; i < row.length; i++) {
      row[i] = Escaped.line(cells.get(i));
    }
    lines.add(row);
    return this;
  }

  /** All lines, each ended by a newline. */
  String render() {
    StringBuilder text = new StringBuilder();
    int[] widths = new int[0];
    for (int i = 0; i < lines.size(); i++) {
      String[] cells = lines.get(i);
      widths = widths(i, widths);
      for (int column = 0; column < widths.length; column++) {
        text.append(cells[column]);
        int missing = widths[column] - width(cells[column]);
        text.append("\t".repeat((missing + TAB - 1) / TAB));
      }
      text.append(cells[cells.length - 1]).append('\n');
    }
    return text.toString();
  }

  /** The widths of a line's columns, where {@code above} are those of the line before it. */
  private int[] widths(int line, int[] above) {
    int[] widths = new int[lines.get(line).length - 1];
    for (int column = 0; column < widths.length; column++) {
      widths[column] = column < above.length ? above[column] : width(line, column);
    }
    return widths;
  }

  /** The width of {@code column} in the run of lines that begins with {@code first}, padded. */
  private int width(int first, int column) {
    int widest = 0;
    for (int i = first; i < lines.size() && has(i, column); i++) {
      widest = Math.max(widest, width(lines.get(i)[column]));
    }
    return (widest + 1 + TAB - 1) / TAB * TAB;
  }

  private boolean has(int line, int column) {
    return lines.get(line).length - 1 > column;
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
