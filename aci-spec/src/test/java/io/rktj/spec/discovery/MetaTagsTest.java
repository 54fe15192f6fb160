// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetaTagsTest {
  private static final String TAG = "<meta name='ac-discovery' content='a.b https://h/{name}'>";
  private static final List<MetaTag> FOUND =
      List.of(new MetaTag(MetaTag.Kind.IMAGE, "a.b", "https://h/{name}"));

  @Test
  void findsTagsInDocumentOrder() {
    String page =
        "<!DOCTYPE html>\n<html lang=en><head profile=x><title>A > B</title>\n"
            + "<META CONTENT=\" a.b   https://h/?a=1&amp;b=2 \" NAME=\"ac-discovery\" />\n"
            + "<meta name=ac-discovery-pubkeys content=\"a.b https://h/k\">"
            + "<meta name=ac-other content='x y'><meta name=viewport content='x y'></head>";

    assertThat(parse(page))
        .containsExactly(
            new MetaTag(MetaTag.Kind.IMAGE, "a.b", "https://h/?a=1&b=2"),
            new MetaTag(MetaTag.Kind.KEYS, "a.b", "https://h/k"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "bare | @",
        "implied-head | <html>@",
        "head | <html><head>@</head><body></body></html>",
        "bom | \uFEFF<head>@",
        "after-comment | <!-- x --> @",
        "after-odd-comment | <!--> @ <!-- -->",
        "after-dash-comment | <!---> @",
        "after-bang-comment | <!-- x --!> @",
        "after-script | <script>if (a < b) '</scrip>' </script >@",
        "after-style | <style>p > a {}</style>@",
        "after-template | <template><p>x<template></template></template>@",
        "after-noscript | <noscript><img></noscript>@",
        "after-title | <title>&lt;body> <body></title>@",
        "stray-end | </p></div>@",
        "first-attribute | <meta name=ac-discovery name=x content='a.b https://h/{name}' content=y>",
        "no-space-between | <meta name=\"ac-discovery\"content=\"a.b https://h/{name}\"/>",
        "numbers | <meta name=ac-discovery content='a&#46;b&#x20;https://h/{name}'>",
        "processing | <?xml version='1.0'?>@",
        "escaped-script | <script><!-- x --></script>@",
        "escaped-end | <script><!-- </script>@",
        "double-escaped | <script><!-- <script> </script> --></script>@",
      })
  void finds(String rule, String page) {
    assertThat(parse(page.replace("@", TAG))).as(rule).isEqualTo(FOUND);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "empty | ``",
        "comment | <!-- @ -->",
        "open-comment | <!-- @",
        "dash-comment | <!-- a -- @ -- b -->",
        "script | <script>@</script>",
        "script-upper | <SCRIPT>@</script>",
        "script-open | <script>@",
        "script-double | <script><!-- <script> </script>@",
        "style | <style>@</style>",
        "title | <title>@</title>",
        "noscript | <noscript>@</noscript>",
        "noframes | <noframes>@</noframes>",
        "template | <template>@</template>",
        "template-nested | <template><template></template>@</template>",
        "template-textarea | <template><textarea></template>@</textarea></template>",
        "plaintext | <template><plaintext></template>@",
        "body | <head></head><body>@",
        "after-head | <head></head>@",
        "after-text | x @",
        "after-element | <p></p>@",
        "after-img | <img>@",
        "after-svg | <svg>@</svg>",
        "after-html | <html></html>@",
        "after-br | </br>@",
        "after-less | < @",
        "second-attribute | <meta name=x name=ac-discovery content='a.b https://h/{name}'>",
        "in-attribute | <meta name=x content=\"@\">",
        "no-uri | <meta name=ac-discovery content='a.b'>",
        "no-content | <meta name=ac-discovery>",
        "open-tag | <meta name=ac-discovery content='a.b https://h/{name}'",
        "open-quote | <meta name=ac-discovery content='a.b https://h/{name}>",
        "other-name | <meta name=AC-discovery content='a.b https://h/{name}'>",
        "other-element | <link name=ac-discovery content='a.b https://h/{name}'>",
        "end-tag | </meta name=ac-discovery content='a.b https://h/{name}'>",
      })
  void ignores(String rule, String page) {
    assertThat(parse(page.replace("@", TAG))).as(rule).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "&amp;amp; | &amp;",
        "&lt;&gt;&quot;&apos; | <>\"'",
        "&#x41;&#66; | AB",
        "&#0; | \uFFFD",
        "&#xd800; | \uFFFD",
        "&#x; | &#x;",
        "&nbsp; | &nbsp;",
        "&#99999999999999; | &#99999999999999;",
        "a&b | a&b",
        "a& | a&",
      })
  void decodesReferencesOnce(String text, String decoded) {
    assertThat(HtmlEntities.decode(text)).isEqualTo(decoded);
  }

  @Test
  void readsHostileMebibytesInLinearTime() {
    for (String piece :
        List.of(
            "<",
            "</",
            "<!--",
            "-->",
            "<script><!--",
            "<script></scrip",
            "<!-- --",
            "&",
            "<a b=",
            "<meta a='",
            "<template>",
            "<title></titl",
            "<meta x=&amp",
            "=",
            "<meta x")) {
      byte[] page = ("<head>" + piece.repeat((1 << 20) / piece.length())).getBytes(UTF_8);

      Assertions.assertTimeoutPreemptively(
          Duration.ofSeconds(10), () -> assertThat(MetaTags.parse(page)).isEmpty(), piece);
    }
  }

  @Test
  void survivesDamagedPages() {
    Random random = new Random(20261123);
    String[] pieces = {
      "<",
      ">",
      "</",
      "<!--",
      "-->",
      "script",
      "template",
      "meta ",
      "name=",
      "ac-discovery",
      "'",
      "\"",
      "&",
      "#x",
      ";",
      " ",
      "/",
      "=",
      "title",
      "a.b",
      "https://h",
      "head",
      "\0",
      "\u00ff",
      "<script>",
      "</script>",
      "<template>",
      "</template>",
      "<!",
      "--",
      "content=",
    };
    long deadline = System.nanoTime() + 700_000_000L;
    while (System.nanoTime() < deadline) {
      StringBuilder page = new StringBuilder();
      for (int i = random.nextInt(40); i > 0; i--) {
        page.append(pieces[random.nextInt(pieces.length)]);
      }
      assertThat(MetaTags.parse(page.toString().getBytes(UTF_8))).isNotNull();
      byte[] noise = ByteBuffer.allocate(16).putLong(random.nextLong()).array();
      assertThat(MetaTags.parse(noise)).isNotNull();
    }
  }

  @Test
  void readsAnAttributeFullOfAmpersandsAtOnce() {
    String page = "<meta name=ac-discovery content='" + "&".repeat(1 << 20) + "'>";

    assertThat(Assertions.assertTimeoutPreemptively(Duration.ofSeconds(10), () -> parse(page)))
        .isEmpty();
  }

  private static List<MetaTag> parse(String page) {
    return MetaTags.parse(page.getBytes(UTF_8));
  }
}
