// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.discovery;

/** Where discovery found an image and its signature. */
public record Endpoint(String aciUrl, String ascUrl) {}
