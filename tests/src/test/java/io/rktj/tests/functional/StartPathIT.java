// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.kit.Requirement;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which classes {@code rkt run} of a cached image loads. Each habit on the list has a price that
 * was measured; a class that is not in the archive costs ten times one that is.
 */
@Needs(Requirement.PODS)
class StartPathIT {
  private static final List<String> DENIED =
      List.of(
          "picocli.",
          "okhttp3.",
          "kotlin.",
          "org.bouncycastle.",
          "org.apache.commons.",
          "jnr.",
          "com.kenai.",
          "java.util.regex.Matcher ",
          "java.util.Formatter ",
          "java.util.stream.ReferencePipeline ",
          "java.util.ServiceLoader ",
          "java.util.logging.",
          "java.security.MessageDigest ",
          "java.security.SecureRandom ",
          "java.util.UUID ",
          "java.math.BigDecimal ",
          "java.lang.ProcessBuilder ",
          "java.lang.invoke.InnerClassLambdaMetafactory ");

  @TempDir Path temp;

  @Test
  void warmRunLoadsOnlyWhatItNeedsAndAllOfItFromTheArchive() throws IOException {
    RktRunner rkt = RktRunner.in(temp);
    Path aci = TestImage.named("example.com/app").write(temp.resolve("images"));
    rkt.run("--insecure-options=image", "fetch", aci.toString()).exits(0);
    String[] line = {"--insecure-options=image", "run", "--net=none", "example.com/app:1"};
    rkt.run(line).exits(0);
    Path log = temp.resolve("classes");
    rkt.with("RKTJ_OPTIONS", "-Xlog:class+load=info:file=" + log);
    rkt.run(line).exits(0);

    List<String> denied = new ArrayList<>();
    List<String> unshared = new ArrayList<>();
    List<String> loaded = Files.readAllLines(log);
    for (String entry : loaded) {
      String type = entry.substring(entry.lastIndexOf(']') + 1).strip();
      for (String prefix : DENIED) {
        if (type.startsWith(prefix)) {
          denied.add(type);
        }
      }
      boolean jar = type.startsWith("opened: "); // the boot class path, said once for each
      if (!jar && !type.contains("source: shared objects file") && !type.contains("LambdaForm")) {
        unshared.add(type);
      }
    }
    assertThat(loaded).hasSizeGreaterThan(300);
    assertThat(denied).isEmpty();
    assertThat(unshared).isEmpty();
    rkt.run("gc", "--grace-period=0s").exits(0);
  }
}
