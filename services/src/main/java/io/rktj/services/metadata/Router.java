// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.metadata;

/** Decides what a request is answered; pure but for what it registers. */
interface Router {
  Answer answer(Request request);

  /** The request's address as the log may show it: no token can be read from it. */
  String shown(String uri);
}
