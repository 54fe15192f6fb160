// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Images whose app speaks to systemd ({@code stage2-apps/src/test/c/service.c}). {@code web} is
 * activated by a socket for its port {@code www}, all others by what they say.
 */
final class ServiceImage {
  private ServiceImage() {}

  /** The program itself, for the host. */
  static Path program() {
    return RktRunner.distribution().resolve("../../stage2-apps/target/native/service");
  }

  /** An image called {@code example.com/NAME} whose app does what {@code words} say. */
  static Path write(Path directory, String name, String... words) throws IOException {
    List<String> exec = new ArrayList<>(List.of("/bin/service"));
    exec.addAll(List.of(words));
    boolean activated = name.equals("web");
    TestImage image =
        TestImage.named("example.com/" + name)
            .exec(exec.toArray(new String[0]))
            .app(
                "\"mountPoints\":[{\"name\":\"go\",\"path\":\"/run/go\"}],\"ports\":[{\"name\":"
                    + "\"www\",\"protocol\":\"tcp\",\"port\":80,\"socketActivated\":"
                    + activated
                    + "}]")
            .manifest(
                "\"annotations\":[{\"name\":\"appc.io/executor/supports-systemd-notify\","
                    + "\"value\":\""
                    + !activated
                    + "\"}]");
    image.tar().program("rootfs/bin/service", Files.readAllBytes(program()));
    return image.write(directory);
  }
}
