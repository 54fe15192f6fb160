// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.metadata;

import io.rktj.spec.AcIdentifier;
import io.rktj.spec.AcName;
import io.rktj.spec.MalformedException;
import io.rktj.spec.Uuid;
import io.rktj.spec.json.JsonWriter;
import io.rktj.spec.manifest.Annotation;
import io.rktj.spec.manifest.Annotations;
import io.rktj.spec.manifest.RuntimeApp;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What apps ask (appc spec, metadata service; {@code spec/rkt-cli.md} section 4.20). An address
 * begins with the token that the pod was given, so an app learns of its own pod only.
 *
 * <pre>
 * GET  /TOKEN/acMetadata/v1/pod/annotations[/NAME]        POST .../pod/hmac/sign    content
 *                          /pod/manifest                       .../pod/hmac/verify  content, uuid,
 *                          /pod/uuid                                                signature
 *                          /apps/APP/annotations[/NAME]
 *                          /apps/APP/image/manifest
 *                          /apps/APP/image/id
 * </pre>
 */
final class PublicRoutes implements Router {
  private static final int SHOWN_OF_TOKEN = 4;

  private final PodRegistry pods;
  private final PodSigner signer;

  PublicRoutes(PodRegistry pods, PodSigner signer) {
    this.pods = pods;
    this.signer = signer;
  }

  @Override
  public Answer answer(Request request) {
    List<String> path = request.path();
    if (path.size() < 5 || !path.get(1).equals("acMetadata") || !path.get(2).equals("v1")) {
      return nothing();
    }
    Optional<PodRegistry.Entry> pod = pods.byToken(path.get(0));
    if (pod.isEmpty()) {
      return Answer.status(Answer.UNAUTHORIZED, "unknown token");
    }
    List<String> rest = path.subList(4, path.size());
    try {
      return switch (path.get(3)) {
        case "pod" -> pod(request, pod.get(), rest);
        case "apps" -> onlyGet(request, () -> app(pod.get(), rest));
        default -> nothing();
      };
    } catch (MalformedException e) {
      return Answer.status(Answer.BAD_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private interface Reply {
    Answer get();
  }

  private static Answer onlyGet(Request request, Reply reply) {
    return only("GET", request, reply);
  }

  private static Answer only(String method, Request request, Reply reply) {
    return request.method().equals(method)
        ? reply.get()
        : Answer.status(Answer.METHOD_NOT_ALLOWED, "method not allowed");
  }

  private static Answer nothing() {
    return Answer.status(Answer.NOT_FOUND, "no such thing");
  }

  private Answer pod(Request request, PodRegistry.Entry pod, List<String> path) {
    return switch (path.get(0)) {
      case "annotations" ->
          onlyGet(request, () -> annotations(pod.manifest().annotations(), path, 1, pod));
      case "manifest" -> onlyGet(request, () -> Answer.json(pod.document()));
      case "uuid" -> onlyGet(request, () -> Answer.text(pod.uuid().toString()));
      case "hmac" -> hmac(request, pod, path.size() == 2 ? path.get(1) : "");
      default -> nothing();
    };
  }

  private Answer hmac(Request request, PodRegistry.Entry pod, String verb) {
    return switch (verb) {
      case "sign" -> only("POST", request, () -> sign(request, pod));
      case "verify" -> only("POST", request, () -> verify(request));
      default -> nothing();
    };
  }

  private Answer app(PodRegistry.Entry pod, List<String> path) {
    AcName name = AcName.parse(path.get(0));
    PodRegistry.Image image = pod.images().get(name);
    Optional<RuntimeApp> app = pod.manifest().app(name);
    if (image == null || app.isEmpty()) {
      return Answer.status(Answer.NOT_FOUND, "app not found");
    }
    String thing = path.size() < 2 ? "" : path.get(1);
    if (thing.equals("annotations")) {
      return annotations(
          merged(image.manifest().annotations(), app.get().annotations()), path, 2, pod);
    }
    String part = thing.equals("image") && path.size() == 3 ? path.get(2) : "";
    return switch (part) {
      case "manifest" -> Answer.json(image.document());
      case "id" -> Answer.text(app.get().image().id().toString());
      default -> nothing();
    };
  }

  /** All annotations, or the one whose name the path has from {@code from} on. */
  private static Answer annotations(
      List<Annotation> annotations, List<String> path, int from, PodRegistry.Entry pod) {
    String name = String.join("/", path.subList(from, path.size()));
    if (name.isEmpty()) {
      boolean none = annotations.isEmpty() && from == 1 && !pod.hasAnnotations();
      return Answer.json(none ? "null" : list(annotations));
    }
    Optional<String> value = Annotations.value(annotations, AcIdentifier.parse(name).value());
    return value.isPresent()
        ? Answer.text(value.get())
        : Answer.status(Answer.NOT_FOUND, "annotation not found");
  }

  private static String list(List<Annotation> annotations) {
    JsonWriter json = JsonWriter.compact().beginArray();
    for (Annotation annotation : annotations) {
      json.beginObject().member("name", annotation.name().value());
      json.member("value", annotation.value()).endObject();
    }
    return json.endArray().finish();
  }

  /** The image's annotations, with the values that the pod's manifest has for the app. */
  private static List<Annotation> merged(List<Annotation> image, List<Annotation> app) {
    Map<AcIdentifier, Annotation> merged = new LinkedHashMap<>();
    for (Annotation annotation : image) {
      merged.put(annotation.name(), annotation);
    }
    for (Annotation annotation : app) {
      merged.put(annotation.name(), annotation);
    }
    return new ArrayList<>(merged.values());
  }

  private Answer sign(Request request, PodRegistry.Entry pod) {
    Optional<String> content = request.field("content");
    if (content.isEmpty() || content.get().isEmpty()) {
      return Answer.status(Answer.BAD_REQUEST, "content form value not found");
    }
    return Answer.text(signer.sign(pod.uuid(), content.get()));
  }

  private Answer verify(Request request) {
    Optional<String> content = request.field("content");
    Optional<String> uuid = request.field("uuid");
    Optional<String> signature = request.field("signature");
    if (content.isEmpty() || uuid.isEmpty() || signature.isEmpty() || content.get().isEmpty()) {
      return Answer.status(Answer.BAD_REQUEST, "content, uuid and signature are wanted");
    }
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(signature.get());
    } catch (IllegalArgumentException e) {
      return Answer.status(Answer.BAD_REQUEST, "signature is not base 64");
    }
    return signer.verify(Uuid.parse(uuid.get()), content.get(), bytes)
        ? Answer.status(Answer.OK, "")
        : Answer.status(Answer.FORBIDDEN, "signature does not match");
  }

  @Override
  public String shown(String uri) {
    int end = uri.indexOf('/', 1);
    int shown = Math.min(1 + SHOWN_OF_TOKEN, uri.length());
    if (end < 0 || end <= shown) {
      return end < 0 ? uri.substring(0, shown) + "..." : uri;
    }
    return uri.substring(0, shown) + "..." + uri.substring(end);
  }
}
