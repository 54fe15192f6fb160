// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.AcName;
import io.rktj.spec.manifest.Port;

/** {@code {"name": ..., "protocol": "tcp", "port": 80, "count": 1, "socketActivated": false}}. */
final class PortJson implements ItemJson<Port> {
  @Override
  public Port read(JsonCursor at, Problems problems) {
    Fields fields = new Fields(at, problems);
    AcName name = fields.acName("name", "\"name\" is missing");
    String protocol = fields.text("protocol");
    int port = fields.optionalId("port").orElse(0);
    int count = fields.optionalId("count").orElse(1);
    return new Port(name, protocol, port, count, fields.bool("socketActivated"));
  }

  @Override
  public void write(JsonWriter out, Port port) {
    out.beginObject().member("name", port.name().value()).member("protocol", port.protocol());
    out.member("port", port.port()).member("count", port.count());
    out.member("socketActivated", port.socketActivated()).endObject();
  }
}
