// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import io.rktj.stage0.config.Credentials;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import okhttp3.HttpUrl;
import okhttp3.Request;

/**
 * Signs a GET request for Amazon's S3 (signature version 4, headers {@code host}, {@code
 * x-amz-content-sha256} and {@code x-amz-date}).
 */
final class AwsSignature {
  private static final String SERVICE = "s3";
  private static final String SIGNED = "host;x-amz-content-sha256;x-amz-date";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Credentials.Aws credentials;
  private final String time;

  AwsSignature(Credentials.Aws credentials, Instant now) {
    this.credentials = credentials;
    this.time = TIME.format(now);
  }

  void sign(Request.Builder request, HttpUrl url) {
    try {
      String region = credentials.region().orElse(region(url.host()));
      String scope = time.substring(0, 8) + "/" + region + "/" + SERVICE + "/aws4_request";
      String emptyBody = hex(sha256(""));
      String canonical =
          "GET\n"
              + url.encodedPath()
              + "\n"
              + query(url)
              + "\nhost:"
              + host(url)
              + "\nx-amz-content-sha256:"
              + emptyBody
              + "\nx-amz-date:"
              + time
              + "\n\n"
              + SIGNED
              + "\n"
              + emptyBody;
      String text = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + hex(sha256(canonical));
      request
          .header("x-amz-date", time)
          .header("x-amz-content-sha256", emptyBody)
          .header(
              "Authorization",
              "AWS4-HMAC-SHA256 Credential="
                  + credentials.accessKeyId()
                  + "/"
                  + scope
                  + ",SignedHeaders="
                  + SIGNED
                  + ",Signature="
                  + hex(hmac(key(region), text)));
    } catch (GeneralSecurityException e) {
      throw new FetchException("cannot sign the request for \"" + url + "\"", e);
    }
  }

  private byte[] key(String region) throws GeneralSecurityException {
    byte[] secret = ("AWS4" + credentials.secretAccessKey()).getBytes(StandardCharsets.UTF_8);
    return hmac(hmac(hmac(hmac(secret, time.substring(0, 8)), region), SERVICE), "aws4_request");
  }

  /** The region in names such as {@code s3-eu-west-1.amazonaws.com}, else us-east-1. */
  static String region(String host) {
    String suffix = ".amazonaws.com";
    if (host.endsWith(suffix)) {
      String[] parts = host.substring(0, host.length() - suffix.length()).split("\\.", -1);
      String last = parts[parts.length - 1];
      if (last.startsWith("s3-")) {
        return last.substring(3);
      }
      if (parts.length > 1 && parts[parts.length - 2].equals("s3")) {
        return last;
      }
    }
    return "us-east-1";
  }

  private static String host(HttpUrl url) {
    return url.port() == HttpUrl.defaultPort(url.scheme())
        ? url.host()
        : url.host() + ":" + url.port();
  }

  private static String query(HttpUrl url) {
    String query = url.encodedQuery();
    if (query == null || query.isEmpty()) {
      return "";
    }
    List<String> parts = new ArrayList<>();
    for (String part : query.split("&", -1)) {
      parts.add(part.indexOf('=') < 0 ? part + "=" : part);
    }
    Collections.sort(parts);
    return String.join("&", parts);
  }

  private static byte[] sha256(String text) throws GeneralSecurityException {
    return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
