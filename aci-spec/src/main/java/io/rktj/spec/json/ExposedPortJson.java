// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.AcName;
import io.rktj.spec.manifest.ExposedPort;
import io.rktj.spec.manifest.Port;
import java.util.Optional;

/** {@code {"name": ..., "hostPort": 8080, "hostIP": ..., "podPort": {...}}}. */
final class ExposedPortJson implements ItemJson<ExposedPort> {
  @Override
  public ExposedPort read(JsonCursor at, Problems problems) {
    Fields fields = new Fields(at, problems);
    AcName name = fields.acName("name", "\"name\" is missing");
    int hostPort = fields.optionalId("hostPort").orElse(0);
    String hostIp = fields.text("hostIP");
    Optional<Port> podPort = fields.optional("podPort", new PortJson());
    return new ExposedPort(
        name, hostPort, hostIp.isEmpty() ? Optional.empty() : Optional.of(hostIp), podPort);
  }

  @Override
  public void write(JsonWriter out, ExposedPort port) {
    out.beginObject().member("name", port.name().value()).member("hostPort", port.hostPort());
    if (port.hostIp().isPresent()) {
      out.member("hostIP", port.hostIp().get());
    }
    if (port.podPort().isPresent()) {
      new PortJson().write(out.name("podPort"), port.podPort().get());
    }
    out.endObject();
  }
}
