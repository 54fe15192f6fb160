// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * The time of day in UTC. Java's own system clock does the same, but brings time zones and variable
 * handles with it, which no start needs.
 */
final class WallClock extends Clock {
  @Override
  public long millis() {
    return System.currentTimeMillis();
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return Clock.system(zone);
  }
}
