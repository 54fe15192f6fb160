// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.rktj.stage0.config.Credentials;
import java.time.Instant;
import java.util.Optional;
import okhttp3.HttpUrl;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AwsSignatureTest {
  @ParameterizedTest
  @CsvSource({
    "s3.amazonaws.com, us-east-1",
    "bucket.s3.amazonaws.com, us-east-1",
    "s3-eu-west-1.amazonaws.com, eu-west-1",
    "bucket.s3-eu-west-1.amazonaws.com, eu-west-1",
    "s3.eu-central-1.amazonaws.com, eu-central-1",
    "bucket.s3.eu-central-1.amazonaws.com, eu-central-1",
    "images.example.com, us-east-1",
  })
  void readsTheRegionFromTheHost(String host, String region) {
    assertThat(AwsSignature.region(host)).isEqualTo(region);
  }

  /** The bucket listing of Amazon's published examples of signature calculation. */
  @Test
  void computesTheSignatureOfAmazonsExample() {
    Credentials.Aws credentials =
        new Credentials.Aws(
            "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", Optional.empty());
    HttpUrl url = HttpUrl.get("https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J");
    Request.Builder request = new Request.Builder().url(url);

    new AwsSignature(credentials, Instant.parse("2013-05-24T00:00:00Z")).sign(request, url);

    assertThat(request.build().header("Authorization"))
        .endsWith("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
  }
}
