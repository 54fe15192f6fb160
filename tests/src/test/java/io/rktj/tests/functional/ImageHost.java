// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.tests.kit.DiscoveryServer;
import io.rktj.tests.kit.RktRunner;
import io.rktj.tests.kit.RktRunner.RktResult;
import io.rktj.tests.kit.SigningKey;
import io.rktj.tests.kit.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One image, {@link #NAME} in version 1.0, signed and offered for discovery by a server, and a
 * runner that reaches the server but trusts nobody yet. Tests then spoil one thing.
 */
final class ImageHost {
  static final String HOST = "images.example.com";
  static final String NAME = HOST + "/team/app";

  private static final Map<Path, byte[]> TRUSTED = new HashMap<>();

  private final DiscoveryServer server;
  private final Path temp;
  private final RktRunner rkt;
  private final Path aci;

  ImageHost(DiscoveryServer server, Path temp, SigningKey key) throws IOException {
    this.server = server;
    this.temp = temp;
    rkt = RktRunner.in(temp);
    server.configure(rkt.localConfig(), List.of(HOST));
    aci = TestImage.named(NAME).version("1.0").write(temp.resolve("images"));
    page("https://" + HOST + "/app-{version}-{os}-{arch}.{ext}");
    publish(Files.readAllBytes(aci), key.sign(aci));
    server.on("/keys", DiscoveryServer.bytes(200, Map.of(), key.publicKey()));
  }

  RktRunner rkt() {
    return rkt;
  }

  /** The good image. */
  Path aci() {
    return aci;
  }

  /** Makes the page of the image name this template. */
  void page(String template) {
    server.page(
        "/team/app?ac-discovery=1",
        "<html><head>" + imageTag(template) + keysTag() + "</head></html>");
    server.page("/?ac-discovery=1", "<html><head>" + keysTag() + "</head></html>");
  }

  static String imageTag(String template) {
    return "<meta name=\"ac-discovery\" content=\"" + NAME + " " + template + "\">";
  }

  private static String keysTag() {
    return "<meta name=\"ac-discovery-pubkeys\" content=\""
        + HOST
        + " https://"
        + HOST
        + "/keys\">";
  }

  void publish(byte[] image, byte[] signature) {
    server.on(target("aci"), DiscoveryServer.bytes(200, Map.of(), image));
    server.on(target("aci.asc"), DiscoveryServer.bytes(200, Map.of(), signature));
  }

  /** Offers the good image with this signature. */
  void publish(byte[] signature) throws IOException {
    publish(Files.readAllBytes(aci), signature);
  }

  static String target(String extension) {
    String arch = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "amd64";
    return "/app-1.0-linux-" + arch + "." + extension;
  }

  /** Trusts a key for a prefix by the command; when it has done so before, by the file it made. */
  void trust(SigningKey trusted, String prefix) throws IOException {
    Path place = Path.of("trustedkeys/prefix.d", prefix, trusted.fingerprint());
    Path here = rkt.localConfig().resolve(place);
    byte[] made = TRUSTED.get(place);
    if (made != null) {
      Files.createDirectories(here.getParent());
      Files.write(here, made);
      return;
    }
    Path file = temp.resolve("key-" + trusted.fingerprint());
    Files.write(file, trusted.publicKey());
    rkt.run("trust", "--prefix=" + prefix, "--skip-fingerprint-review", file.toString()).exits(0);
    TRUSTED.put(place, Files.readAllBytes(here));
  }

  RktResult fetch(String... flags) {
    List<String> line = new ArrayList<>(List.of(flags));
    line.add("fetch");
    line.add(NAME + ":1.0");
    return rkt.run(line.toArray(new String[0]));
  }

  /** Checks that {@code result} is a refusal for these reasons, and that nothing was kept. */
  void refused(RktResult result, String... reasons) {
    result.exits(254).isTidy();
    for (String reason : reasons) {
      assertThat(result.stderr().toLowerCase(Locale.ROOT)).as(result.toString()).contains(reason);
    }
    assertThat(rkt.run("image", "list", "--no-legend").exits(0).stdout()).isEmpty();
    for (String directory : List.of("cas/blob", "cas/tree", "cas/tmp")) {
      assertThat(Rkt.filesBelow(rkt.data().resolve(directory))).as(directory).isEmpty();
    }
  }
}
