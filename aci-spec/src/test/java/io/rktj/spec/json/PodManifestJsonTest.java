// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.MalformedException;
import io.rktj.spec.manifest.Isolator;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.spec.manifest.Volume;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodManifestJsonTest {
  private static final String ID = "sha512-" + "0123456789abcdef".repeat(8);

  @Test
  void writesEveryMemberAsRead() {
    String text =
        """
        {'acVersion':'0.8.11','acKind':'PodManifest','apps':[
          {'name':'worker','image':{'name':'example.com/worker','id':'@ID',
             'labels':[{'name':'os','value':'linux'}]},
           'app':{'exec':['/a'],'user':'0','group':'0'},'readOnlyRootFS':true,
           'mounts':[{'volume':'work','path':'/work',
             'appVolume':{'name':'work','kind':'host','source':'/srv','readOnly':false,
               'recursive':true}}],
           'annotations':[{'name':'foo','value':'bar'}]}],
         'volumes':[{'name':'work','kind':'empty','mode':'0700','uid':1,'gid':2}],
         'isolators':[{'name':'example.com/own','value':{'a':[1]}}],
         'annotations':[{'name':'ip-address','value':'10.1.2.3'}],
         'ports':[{'name':'www','hostPort':80,'hostIP':'127.0.0.1',
           'podPort':{'name':'www','protocol':'tcp','port':8080,'count':1,
             'socketActivated':false}}],
         'userAnnotations':{'a':'b'},'userLabels':{'c':'d'}}
        """
            .replace("@ID", ID)
            .replace('\'', '"');

    assertThat(PodManifestJson.write(PodManifestJson.read(text.getBytes(UTF_8), "pod")))
        .isEqualTo(JsonWriter.compact(JsonReader.parse(text, "pod")));
  }

  @Test
  void writesUnsetListsAsNull() {
    assertThat(PodManifestJson.write(read("{'acKind':'PodManifest'}")))
        .isEqualTo(
            "{\"acVersion\":\"0.8.11\",\"acKind\":\"PodManifest\",\"apps\":null,\"volumes\":null,"
                + "\"isolators\":null,\"annotations\":null,\"ports\":null}");
  }

  @Test
  void fillsInDefaultsOfEmptyVolumes() {
    Volume volume =
        read("{'acKind':'PodManifest','volumes':[{'name':'a','kind':'empty'}]}").volumes().get(0);

    assertThat(volume.mode()).contains("0755");
    assertThat(volume.uid()).contains(0);
    assertThat(volume.gid()).contains(0);
  }

  @Test
  void keepsIsolatorsThatItDoesNotKnow() {
    PodManifest pod =
        read(
            "{'acKind':'PodManifest','isolators':[{'name':'os/linux/new','value':{'a':1}},"
                + "{'name':'os/linux/new','value':2}]}");

    assertThat(pod.isolators().get(0)).isEqualTo(new Isolator.Other("os/linux/new", "{\"a\":1}"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          kind | {'acKind':'ImageManifest'} | missing or bad ACKind (must be "PodManifest")
          app-name | {@K,'apps':[{'image':{'id':'@ID'}}]} | $.apps[0]: name must be set
          app-image | {@K,'apps':[{'name':'a'}]} | $.apps[0]: "image" is missing
          app-id | {@K,'apps':[{'name':'a','image':{}}]} | $.apps[0].image: "id" is missing
          app-id-short | {@K,'apps':[{'name':'a','image':{'id':'sha512-ab'}}]} | $.apps[0].image.id: image ID must be
          app-dup | {@K,'apps':[@A,@A]} | duplicate apps of name "a"
          mount-volume | {@K,'apps':[{'name':'a','image':{'id':'@ID'},'mounts':[{'path':'/a'}]}]} | $.apps[0].mounts[0]: volume must be set
          mount-path | {@K,'apps':[{'name':'a','image':{'id':'@ID'},'mounts':[{'volume':'a'}]}]} | $.apps[0].mounts[0]: path must be set
          volume-dup | {@K,'volumes':[{'name':'a','kind':'empty'},{'name':'a','kind':'empty'}]} | duplicate volume name "a"
          volume-kind | {@K,'volumes':[{'name':'a','kind':'disk'}]} | unrecognized volume kind: should be one of "empty", "host"
          host-none | {@K,'volumes':[{'name':'a','kind':'host'}]} | source for host volume cannot be empty
          host-relative | {@K,'volumes':[{'name':'a','kind':'host','source':'b'}]} | source for host volume must be absolute path
          host-mode | {@K,'volumes':[{'name':'a','kind':'host','source':'/b','mode':'0755'}]} | mode for host volume cannot be set
          host-uid | {@K,'volumes':[{'name':'a','kind':'host','source':'/b','uid':0}]} | uid for host volume cannot be set
          host-gid | {@K,'volumes':[{'name':'a','kind':'host','source':'/b','gid':0}]} | gid for host volume cannot be set
          host-control | {@K,'volumes':[{'name':'a','kind':'host','source':'/b\\n'}]} | source for host volume must not contain control characters
          empty-source | {@K,'volumes':[{'name':'a','kind':'empty','source':'/b'}]} | source for empty volume must be empty
          empty-mode | {@K,'volumes':[{'name':'a','kind':'empty','mode':'0999'}]} | mode of an empty volume must be octal
          empty-uid | {@K,'volumes':[{'name':'a','kind':'empty','uid':-1}]} | $.volumes[0].uid: expected an integer
          port-host | {@K,'ports':[{'name':'a','hostPort':70000}]} | port must be in 1-65535 range
          port-ip | {@K,'ports':[{'name':'a','hostPort':1,'hostIP':'::1'}]} | "::1" is not a valid IP
          isolator | {@K,'isolators':[{'name':'resource/cpu','value':{'limit':'x'}}]} | $.isolators[0].value.limit: quantities must match
          annotation | {@K,'annotations':[{'name':'created','value':'x'}]} | bad Date:
          labels-map | {@K,'userLabels':{'a':1}} | $.userLabels.a: expected a string, found a number
          """)
  void refuses(String rule, String document, String reason) {
    String text =
        document
            .replace("@A", "{'name':'a','image':{'id':'@ID'}}")
            .replace("@ID", ID)
            .replace("@K", "'acKind':'PodManifest'");

    assertThatThrownBy(() -> read(text))
        .as(rule)
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("pod: $")
        .hasMessageContaining(reason);
  }

  private static PodManifest read(String text) {
    return PodManifestJson.read(text.replace('\'', '"').getBytes(UTF_8), "pod");
  }
}
