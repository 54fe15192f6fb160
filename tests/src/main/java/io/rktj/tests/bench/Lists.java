// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.bench;

import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What commands that look at everything cost where there is much, against where there is little.
 */
final class Lists {
  private static final int PODS = 1000;
  private static final int IMAGES = 300;
  private static final double MUST = 3.0;

  private final Path base;
  private final String rkt;
  private final int rounds;

  Lists(Path base, String rkt, int rounds) {
    this.base = base;
    this.rkt = rkt;
    this.rounds = rounds;
  }

  /** The report, in Markdown. */
  String measure() throws IOException, InterruptedException {
    Path one = base.resolve("one");
    Path many = base.resolve("many");
    List<String> files = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      TestImage image = TestImage.named("example.com/image" + i).exec("/bin/true");
      files.add(image.write(base.resolve("images")).toString());
    }
    run(fetch(one, files.subList(0, 1)));
    run(fetch(many, files));
    String few = prepared(one);
    String among = prepared(many);
    multiply(many.resolve("pods/prepared"), among);
    return race(one, many, "list")
        + race(one, many, "list", "--full", "--format=json")
        + race(one, many, "image", "list")
        + new Race()
            .add("among " + PODS + " pods", rkt, "--dir=" + many, "status", among)
            .add("of one pod", rkt, "--dir=" + one, "status", few)
            .run(rounds)
            .table("rkt status", "among " + PODS + " pods", Map.of("of one pod", MUST));
  }

  private String race(Path one, Path many, String... words)
      throws IOException, InterruptedException {
    String title = "rkt " + String.join(" ", words);
    String much = words[0].equals("image") ? IMAGES + " images" : PODS + " pods";
    return new Race()
        .add(much, command(many, words))
        .add("one", command(one, words))
        .run(rounds)
        .table(title, much, Map.of("one", MUST));
  }

  private String[] command(Path data, String... words) {
    List<String> line = new ArrayList<>(List.of(rkt, "--dir=" + data));
    line.addAll(List.of(words));
    return line.toArray(new String[0]);
  }

  private String[] fetch(Path data, List<String> files) {
    List<String> words = new ArrayList<>(List.of("--insecure-options=image", "fetch"));
    words.addAll(files);
    return command(data, words.toArray(new String[0]));
  }

  private String prepared(Path data) throws IOException, InterruptedException {
    String said = run(command(data, "--insecure-options=image", "prepare", "example.com/image0"));
    return said.substring(said.lastIndexOf('\n') + 1);
  }

  /** Prepares as many as are wanted by copying one: nothing in a prepared pod says its name. */
  private static void multiply(Path prepared, String uuid)
      throws IOException, InterruptedException {
    StringBuilder names = new StringBuilder();
    for (int i = 1; i < PODS; i++) {
      String name = "pod" + i;
      names.append(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8))).append('\n');
    }
    Path list = prepared.resolveSibling("copies");
    Files.writeString(list, names);
    run(
        "sh",
        "-c",
        "cd \"$0\" && while read -r u; do cp -a \"$1\" \"$u\"; done <\"$2\"",
        prepared.toString(),
        uuid,
        list.toString());
    Files.delete(list);
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    byte[] bytes = process.getInputStream().readAllBytes();
    String text = new String(bytes, StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + text);
    }
    return text;
  }
}
