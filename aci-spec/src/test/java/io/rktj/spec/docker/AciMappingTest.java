// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.BlobDigest;
import io.rktj.spec.MalformedException;
import io.rktj.spec.discovery.DockerReference;
import io.rktj.spec.json.ImageManifestJson;
import io.rktj.spec.manifest.ImageManifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AciMappingTest {
  private static final BlobDigest HASH = BlobDigest.of(new byte[0]);

  private static ImageManifest map(String reference, String members) {
    String text =
        "{'os':'linux','architecture':'arm64','rootfs':{'type':'layers','diff_ids':[]}"
            + members
            + "}";
    DockerConfig config = DockerConfig.read(text.replace('\'', '"').getBytes(UTF_8), "config");
    return new AciMapping(DockerReference.parse(reference), reference).map(config, HASH, HASH);
  }

  private static String app(String settings) {
    String json = ImageManifestJson.write(map("a", ",'config':{" + settings + "}"));
    return json.substring(json.indexOf("\"app\":"), json.indexOf(",\"annotations\""))
        .replace('"', '\'');
  }

  @Test
  void namesTheImageAsDocker2aciDoes() {
    String json =
        ImageManifestJson.write(
            map("localhost:5000/a_b:1", ",'author':'me','created':'2026-01-02T03:04:05Z'"));

    assertThat(json.replace('"', '\''))
        .isEqualTo(
            "{'acKind':'ImageManifest','acVersion':'0.8.11','name':'localhost-5000/a-b',"
                + "'labels':[{'name':'version','value':'1'},{'name':'os','value':'linux'},"
                + "{'name':'arch','value':'aarch64'}],'annotations':["
                + "{'name':'author','value':'me'},"
                + "{'name':'created','value':'2026-01-02T03:04:05Z'},"
                + "{'name':'appc.io/docker/originalname','value':'localhost:5000/a_b:1'},"
                + "{'name':'appc.io/docker/registryurl','value':'localhost:5000'},"
                + "{'name':'appc.io/docker/repository','value':'a_b'},"
                + "{'name':'appc.io/docker/imageid','value':'"
                + HASH
                + "'},"
                + "{'name':'appc.io/docker/manifesthash','value':'"
                + HASH
                + "'},"
                + "{'name':'appc.io/docker/tag','value':'1'}]}");
  }

  @Test
  void imageByDigestHasNoVersion() {
    ImageManifest manifest = map("[::1]:5000/a@" + HASH, ",'created':'yesterday'");

    assertThat(manifest.name()).hasToString("1--5000/a");
    assertThat(manifest.labels().value("version")).isEmpty();
    assertThat(manifest.annotations()).noneMatch(a -> a.name().value().equals("created"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'Cmd':['a'] | 'exec':['a'],'user':'0','group':'0'",
        "'Entrypoint':['a','b'],'Cmd':['c'] | 'exec':['a','b','c']",
        "'Entrypoint':null,'Cmd':['c'],'User':'u' | 'user':'u','group':'u'",
        "'User':'1:2' | 'user':'1','group':'2'",
        "'User':'u:' | 'user':'u','group':'u'",
        "'User':':g' | 'user':'0','group':'g'",
        "'WorkingDir':'app' | 'workingDirectory':'/app'",
        "'Env':['A=1','bare','B=x=y','A=2'] | 'environment':[{'name':'A','value':'2'},{'name':'B',"
            + "'value':'x=y'}]",
        "'Volumes':{'/b c':{},'/b-c/':{},'/a':{}} | 'mountPoints':[{'name':'volume-a','path':'/a'"
            + "},{'name':'volume-b-c','path':'/b c'},{'name':'volume-b-c-1','path':'/b-c/'",
        "'ExposedPorts':{'81':{},'53/udp':{},'8000-8002/tcp':{}} | 'ports':[{'name':'53-udp',"
            + "'protocol':'udp','port':53",
        "'ExposedPorts':{'8000-8002/tcp':{}} | 'port':8000,'count':3",
        "'Labels':{'b':'2','a':'1'} | 'userLabels':{'a':'1','b':'2'}",
      })
  void mapsHowItIsRun(String settings, String expected) {
    assertThat(app(settings).replace(",'readOnly':false", "")).contains(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'Volumes':{'a':{}} | volume \"a\" is not an absolute path",
        "'ExposedPorts':{'x':{}} | port",
        "'ExposedPorts':{'9-8':{}} | ends before it begins",
        "'ExposedPorts':{'70000':{}} | port",
        "'Env':['A B=1'] | environment variable does not have valid identifier",
        "'WorkingDir':'/a\\nb' | workingDirectory must not contain control characters",
        "'User':'a\\u0000' | user must not contain control characters",
        "'Cmd':'sh' | expected an array",
      })
  void refusesWhatTheSpecificationHasNoPlaceFor(String settings, String reason) {
    assertThatThrownBy(() -> app(settings))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining(reason);
  }
}
