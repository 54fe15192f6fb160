// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import io.rktj.spec.manifest.EventHandler;

/** {@code {"name": "pre-start", "exec": [...]}}. */
final class EventHandlerJson implements ItemJson<EventHandler> {
  @Override
  public EventHandler read(JsonCursor at, Problems problems) {
    Fields fields = new Fields(at, problems);
    EventHandler.Event event = EventHandler.Event.parse(fields.text("name"));
    return new EventHandler(event, fields.texts("exec"));
  }

  @Override
  public void write(JsonWriter out, EventHandler handler) {
    out.beginObject().member("name", handler.event().text()).member("exec", handler.exec());
    out.endObject();
  }
}
