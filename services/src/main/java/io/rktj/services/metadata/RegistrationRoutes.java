// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.metadata;

import io.rktj.spec.AcName;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Uuid;
import java.util.List;
import java.util.Optional;

/**
 * The interface that {@code rkt} registers pods with ({@code spec/rkt-cli.md} section 4.20).
 * Whoever may connect to its socket is root, or somebody root lets.
 */
final class RegistrationRoutes implements Router {
  private final PodRegistry pods;

  RegistrationRoutes(PodRegistry pods) {
    this.pods = pods;
  }

  @Override
  public Answer answer(Request request) {
    List<String> path = request.path();
    boolean pod = path.size() == 2 && path.get(0).equals("pods");
    boolean app = path.size() == 3 && path.get(0).equals("pods");
    if (!pod && !app) {
      return Answer.status(Answer.NOT_FOUND, "no such thing");
    }
    try {
      Uuid uuid = Uuid.parse(path.get(1));
      if (request.method().equals("PUT")) {
        return pod ? putPod(uuid, request) : putApp(uuid, AcName.parse(path.get(2)), request);
      }
      if (request.method().equals("DELETE") && pod) {
        return known(pods.remove(uuid));
      }
      return Answer.status(Answer.METHOD_NOT_ALLOWED, "method not allowed");
    } catch (MalformedException e) {
      return Answer.status(Answer.BAD_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private Answer putPod(Uuid uuid, Request request) {
    Optional<String> token = request.parameter("token");
    if (token.isEmpty() || token.get().isEmpty()) {
      return Answer.status(Answer.BAD_REQUEST, "token missing");
    }
    return pods.put(uuid, token.get(), request.body())
        ? Answer.status(Answer.OK, "")
        : Answer.status(Answer.BAD_REQUEST, "token taken");
  }

  private Answer putApp(Uuid uuid, AcName app, Request request) {
    return known(pods.put(uuid, app, request.body()));
  }

  private static Answer known(boolean found) {
    return found
        ? Answer.status(Answer.OK, "")
        : Answer.status(Answer.NOT_FOUND, "pod with given UUID not found");
  }

  @Override
  public String shown(String uri) {
    int query = uri.indexOf('?');
    return query < 0 ? uri : uri.substring(0, query) + "?token=...";
  }
}
