// SPDX-License-Identifier: Apache-2.0
package io.rktj.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.linux.Kernel;
import io.rktj.linux.TreeRemover;
import io.rktj.spec.MalformedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdRangesTest {
  private static final String FIRST = "6733c088-a507-4694-aabf-eac2d73b4a1c";
  private static final String SECOND = "7733c088-a507-4694-aabf-eac2d73b4a1c";
  private final Kernel kernel = Kernel.host();
  @TempDir Path temp;
  private int drawn;

  private PodLayout pod(String data, String state, String uuid) throws IOException {
    return new PodLayout(
        Files.createDirectories(temp.resolve(data + "/pods/" + state + "/" + uuid)));
  }

  /** Draws 8, 8, 9, 9, 10, ... from the first range on. */
  private IdRanges ranges(Path etc) {
    RandomGenerator twice =
        new RandomGenerator() {
          @Override
          public long nextLong() {
            throw new AssertionError("not what is asked for");
          }

          @Override
          public int nextInt(int origin, int bound) {
            return origin + drawn++ / 2;
          }
        };
    return new IdRanges(kernel, temp.resolve("claims"), HostIds.read(kernel, etc), twice);
  }

  @Test
  void noTwoPodsOfAnyDataDirectoryShareARange() throws IOException {
    IdRanges ranges = ranges(temp);

    IdRange first = ranges.claim(pod("a", "prepare", FIRST));
    IdRange second = ranges.claim(pod("b", "prepare", SECOND));

    assertThat(first).hasToString("524288:65536");
    assertThat(second).hasToString("589824:65536");
    assertThat(temp.resolve("a/pods/prepare/" + FIRST + "/private-users-prepared"))
        .hasContent("524288:65536");
  }

  @Test
  void aRangeWhosePodIsGoneIsFree() throws IOException {
    IdRanges ranges = ranges(temp);
    PodLayout pod = pod("a", "prepare", FIRST);
    IdRange first = ranges.claim(pod);
    Path moved = Files.createDirectories(temp.resolve("a/pods/exited-garbage")).resolve(FIRST);
    Files.move(pod.directory(), moved);

    ranges.sweep();
    assertThat(temp.resolve("claims").toFile().list()).containsExactly("8");

    TreeRemover.remove(kernel, moved.toString());
    assertThat(ranges.claim(pod("b", "prepare", SECOND))).isEqualTo(first);
    ranges.release(pod, first); // it is somebody else's by now
    assertThat(temp.resolve("claims").toFile().list()).containsExactly("8");
    TreeRemover.remove(kernel, temp.resolve("b").toString());
    ranges.sweep();
    assertThat(temp.resolve("claims").toFile().list()).isEmpty();
  }

  @Test
  void aPreparedPodGetsItsRangeAgainUnlessItIsTaken() throws IOException {
    PodLayout pod = pod("a", "prepared", FIRST);
    IdRange first = ranges(temp).claim(pod);
    Files.delete(temp.resolve("claims/8"));

    assertThat(ranges(temp).renew(pod, first)).isEqualTo(first);
    Files.delete(temp.resolve("claims/8"));
    drawn = 0;
    assertThat(ranges(temp).claim(pod("b", "prepare", SECOND))).isEqualTo(first);
    assertThat(ranges(temp).renew(pod, first)).hasToString("589824:65536");
    assertThat(IdRange.of(kernel, pod)).hasToString("589824:65536");
  }

  @Test
  void rangesOfTheHostsOwnAreLeftOut() throws IOException {
    Path etc = Files.createDirectories(temp.resolve("etc"));
    Files.writeString(etc.resolve("passwd"), "root:x:0:0::/:/bin/sh\nfar:x:524289:1::/:/bin/sh\n");
    Files.writeString(etc.resolve("subuid"), "user:589000:65536\nnone\nx:y:z\n");

    assertThat(ranges(etc).claim(pod("a", "prepare", FIRST))).hasToString("655360:65536");
  }

  @Test
  void textThatIsNoRangeIsRefused() {
    for (String text : new String[] {"", "1", "a:b", "1:", "-65536:65536", "1:2147483647", "0:5"}) {
      assertThatThrownBy(() -> IdRange.parse(text, "file"))
          .isInstanceOf(MalformedException.class)
          .hasMessageContaining("is not SHIFT:COUNT");
    }
    assertThat(IdRange.parse("0:0", "file")).isEqualTo(IdRange.NONE);
    assertThat(new IdRange(65536, 65536).has(65535)).isTrue();
    assertThat(new IdRange(65536, 65536).has(65536)).isFalse();
  }
}
