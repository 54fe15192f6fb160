// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.metadata;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * How many connections there may be, in all and from one address, so that one pod cannot keep the
 * others from asking. Thread-safe.
 */
final class ConnectionLimit {
  private final int most;
  private final int mostOfOne;
  private final Map<String, Integer> open = new HashMap<>();
  private int all;

  ConnectionLimit(int most, int mostOfOne) {
    this.most = most;
    this.mostOfOne = mostOfOne;
  }

  /** Counts a connection until it ends; false if there are too many. */
  boolean admit(Channel channel) {
    String peer =
        channel.remoteAddress() instanceof InetSocketAddress address
            ? address.getAddress().getHostAddress()
            : "";
    if (!enter(peer)) {
      return false;
    }
    channel.closeFuture().addListener(ended -> leave(peer));
    return true;
  }

  private synchronized boolean enter(String peer) {
    int of = open.getOrDefault(peer, 0);
    if (all >= most || of >= mostOfOne) {
      return false;
    }
    open.put(peer, of + 1);
    all++;
    return true;
  }

  private synchronized void leave(String peer) {
    all--;
    open.computeIfPresent(peer, (name, of) -> of > 1 ? of - 1 : null);
  }
}
