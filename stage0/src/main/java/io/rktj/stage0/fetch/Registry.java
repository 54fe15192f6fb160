// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.spec.BlobDigest;
import io.rktj.stage0.Diagnostics;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import okhttp3.Response;

/**
 * One repository of a registry, read by version 2 of the registry's interface (OCI distribution
 * specification): over https, and over http where that is allowed and https is not spoken. What it
 * answers is not believed; who asks compares it with its digest. Thread-confined.
 */
public final class Registry {
  private static final int OK = 200;
  private static final int UNAUTHORIZED = 401;

  private final HttpTransport transport;
  private final RegistryLogin login;
  private final Leniency leniency;
  private final Diagnostics diagnostics;
  private final String place;
  private String scheme = "https";

  Registry(
      HttpTransport transport, RegistryLogin login, Leniency leniency, Diagnostics diagnostics) {
    this.transport = transport;
    this.login = login;
    this.leniency = leniency;
    this.diagnostics = diagnostics;
    this.place = login.registry() + "/v2/" + login.repository();
  }

  /** A document as it came. */
  public static final class Document {
    private final byte[] bytes;
    private final Optional<String> mediaType;

    Document(byte[] bytes, Optional<String> mediaType) {
      this.bytes = bytes;
      this.mediaType = mediaType;
    }

    /** All of it. */
    public byte[] bytes() {
      return bytes.clone();
    }

    /** What the header says that it is. */
    public Optional<String> mediaType() {
      return mediaType;
    }
  }

  /**
   * A manifest or an index.
   *
   * @param wanted its tag or digest
   * @param accepted the media types that will do
   */
  public Document manifest(String wanted, String accepted) {
    String path = "/manifests/" + wanted;
    Map<String, String> headers = Map.of("Accept", accepted);
    try {
      return document(path, headers);
    } catch (FetchException e) {
      boolean silent = e.getCause() != null; // no answer, rather than an unwelcome one
      if (!leniency.plainHttp() || !silent || scheme.equals("http")) {
        throw e;
      }
      diagnostics.note("image", "the registry is asked by http: " + e.getMessage());
      scheme = "http";
      return document(path, headers);
    }
  }

  private Document document(String path, Map<String, String> headers) {
    String url = url(path);
    try (Response response = get(url, Purpose.DOCUMENT, headers)) {
      byte[] bytes = HttpTransport.body(url, response, ByteLimits.DOCUMENT);
      return new Document(bytes, Optional.ofNullable(response.header("Content-Type")));
    }
  }

  /** The bytes of a blob, of at most {@code size} bytes; whoever reads them closes them. */
  public InputStream blob(BlobDigest digest, long size) {
    String url = url("/blobs/" + digest);
    Response response = get(url, Purpose.BLOB, Map.of());
    return new NamedStream(new PatientBody(response), url, size);
  }

  private String url(String path) {
    return scheme + "://" + place + path;
  }

  private Response get(String url, Purpose purpose, Map<String, String> headers) {
    Response first = transport.get(url, purpose, authorized(headers));
    if (first.code() == OK) {
      return first;
    }
    try (first) {
      if (first.code() != UNAUTHORIZED || !login.answer(first)) {
        throw login.refused(url, first);
      }
    }
    Response second = transport.get(url, purpose, authorized(headers));
    if (second.code() == OK) {
      return second;
    }
    try (second) {
      throw login.refused(url, second);
    }
  }

  /** Credentials go over https only. */
  private Map<String, String> authorized(Map<String, String> headers) {
    Optional<String> authorization = login.authorization();
    if (authorization.isEmpty() || !scheme.equals("https")) {
      return headers;
    }
    Map<String, String> all = new HashMap<>(headers);
    all.put(HttpTransport.AUTHORIZATION, authorization.get());
    return all;
  }
}
