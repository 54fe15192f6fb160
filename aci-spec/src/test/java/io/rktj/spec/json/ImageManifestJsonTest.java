// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.MalformedException;
import io.rktj.spec.manifest.App;
import io.rktj.spec.manifest.ImageManifest;
import io.rktj.spec.manifest.Isolator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageManifestJsonTest {
  private static final String ID = "sha512-" + "0123456789abcdef".repeat(8);

  /** A manifest with every member, in the order in which it is written. */
  private static final String FULL =
      """
      {
        'acKind': 'ImageManifest',
        'acVersion': '0.8.11',
        'name': 'example.com/reduce-worker',
        'labels': [
          {'name': 'version', 'value': '1.0.0'},
          {'name': 'arch', 'value': 'amd64'},
          {'name': 'os', 'value': 'linux'}
        ],
        'app': {
          'exec': ['/usr/bin/reduce-worker', '--quiet'],
          'eventHandlers': [
            {'name': 'pre-start', 'exec': ['/usr/bin/prepare']},
            {'name': 'post-stop', 'exec': ['/usr/bin/clean', '-a']}
          ],
          'user': '100',
          'group': '300',
          'supplementaryGIDs': [400, 500],
          'workingDirectory': '/opt/work',
          'environment': [{'name': 'REDUCE_DEBUG', 'value': 'true'}],
          'mountPoints': [
            {'name': 'work', 'path': '/var/lib/work', 'readOnly': true},
            {'name': 'out', 'path': '/out'}
          ],
          'ports': [
            {'name': 'health', 'protocol': 'tcp', 'port': 4000, 'count': 1, 'socketActivated': true}
          ],
          'isolators': [
            {'name': 'resource/cpu', 'value': {'request': '250m', 'limit': '500m'}},
            {'name': 'resource/memory', 'value': {'limit': '2G'}},
            {'name': 'resource/block-iops', 'value': {'default': true, 'limit': '1k'}},
            {'name': 'os/linux/capabilities-retain-set', 'value': {'set': ['CAP_NET_ADMIN']}},
            {'name': 'os/linux/seccomp-retain-set',
             'value': {'set': ['@appc.io/all'], 'errno': 'EPERM'}},
            {'name': 'os/linux/no-new-privileges', 'value': true},
            {'name': 'os/linux/oom-score-adj', 'value': -5},
            {'name': 'os/linux/cpu-shares', 'value': 1024},
            {'name': 'os/linux/selinux-context',
             'value': {'user': 'u', 'role': 'r', 'type': 't', 'level': 's0:c1'}},
            {'name': 'os/linux/apparmor-profile', 'value': {'profile': 'p'}},
            {'name': 'os/unix/sysctl', 'value': {'net.ipv4.tcp_mtu_probing': '1'}}
          ],
          'userAnnotations': {'b': '1', 'a': '2'},
          'userLabels': {'x': 'y'}
        },
        'annotations': [
          {'name': 'created', 'value': '2014-10-27T19:32:27.67021798Z'},
          {'name': 'homepage', 'value': 'https://example.com'}
        ],
        'dependencies': [
          {'imageName': 'example.com/base', 'imageID': '@ID',
           'labels': [{'name': 'os', 'value': 'linux'}], 'size': 1024}
        ],
        'pathWhitelist': ['/etc/ca/example.com/crt']
      }
      """
          .replace("@ID", ID)
          .replace('\'', '"');

  @Test
  void writesEveryMemberAsRead() {
    ImageManifest manifest = read(FULL);

    assertThat(ImageManifestJson.write(manifest))
        .isEqualTo(JsonWriter.compact(JsonReader.parse(FULL, "full")));
  }

  @Test
  void readsWhatItWrites() {
    ImageManifest manifest = read(FULL);

    assertThat(read(ImageManifestJson.pretty(manifest, "    "))).isEqualTo(manifest);
  }

  @Test
  void fillsInDefaults() {
    App app = app("'ports': [{'name': 'a', 'protocol': 'tcp', 'port': 1, 'count': 0}]");

    assertThat(app.ports().get(0).count()).isEqualTo(1);
    assertThat(app.exec()).isEmpty();
    assertThat(app.environment()).isEmpty();
    assertThat(app.workingDirectory()).isEmpty();
  }

  @Test
  void treatsNullAsAbsent() {
    assertThat(app("'exec': null, 'isolators': null, 'workingDirectory': null").exec()).isEmpty();
  }

  @Test
  void readsGroupsInTheSpellingOfTheSpecificationsExample() {
    assertThat(app("'supplementaryGids': [7]").supplementaryGids()).containsExactly(7);
  }

  @Test
  void readsQuantitiesThatAreNumbers() {
    App app = app("'isolators': [{'name': 'resource/memory', 'value': {'limit': 4096}}]");

    assertThat(((Isolator.Resource) app.isolators().get(0)).limit().orElseThrow().value())
        .isEqualTo(4096);
  }

  @Test
  void namesAllMistakesWithTheirPlaces() {
    assertThatThrownBy(
            () ->
                read(
                    "{'acKind': 'PodManifest', 'name': 'A', 'labels': [{'name': 'os', 'value': 1}],"
                        + " 'app': {'user': '0', 'ports': [{'name': 'p', 'port': 0}]}}"))
        .isInstanceOf(MalformedException.class)
        .hasMessage(
            "manifest: $: missing or bad ACKind (must be \"ImageManifest\");"
                + " $: acVersion must be set;"
                + " $.name: ACIdentifier must contain only lower case alphanumeric characters plus"
                + " \"-._~/\";"
                + " $.labels[0].value: expected a string, found a number;"
                + " $.app: group is required;"
                + " $.app.ports[0]: port must be in 1-65535 range");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          kind-missing | {} | missing or bad ACKind (must be "ImageManifest")
          version-missing | {@K} | acVersion must be set
          version-bad | {@K,'acVersion':'1'} | SemVer is bad
          version-zero | {@K,'acVersion':'0.0.0'} | SemVer cannot be zero
          name-missing | {@K,@V} | name must be set
          name-empty | {@K,@V,'name':''} | $.name: ACIdentifier cannot be empty
          name-kind | {@K,@V,'name':3} | $.name: expected a string, found a number
          name-case | {@K,@V,'Name':'a'} | name must be set
          not-object | [] | expected an object, found array
          label-dup | {@H,'labels':[{'name':'a','value':'1'},{'name':'a','value':'2'}]} | duplicate labels of name "a"
          label-name | {@H,'labels':[{'name':'name','value':'1'}]} | invalid label name: "name"
          label-os | {@H,'labels':[{'name':'os','value':'beos'}]} | bad os "beos" (must be one of: [darwin freebsd linux])
          label-arch | {@H,'labels':[{'name':'os','value':'darwin'},{'name':'arch','value':'arm'}]} | bad arch "arm" for OS (must be one of: [x86_64 i386])
          annotation-dup | {@H,'annotations':[{'name':'a','value':'1'},{'name':'a','value':'2'}]} | duplicate annotations of name "a"
          annotation-created | {@H,'annotations':[{'name':'created','value':'today'}]} | bad Date:
          annotation-home | {@H,'annotations':[{'name':'homepage','value':'ftp://x'}]} | bad URL scheme, must be http/https
          dep-name | {@H,'dependencies':[{}]} | $.dependencies[0]: imageName cannot be empty
          dep-id-short | {@H,'dependencies':[{'imageName':'a','imageID':'sha512-aa'}]} | $.dependencies[0].imageID: image ID must be
          dep-size | {@H,'dependencies':[{'imageName':'a','size':-1}]} | $.dependencies[0].size: expected an integer
          white-relative | {@H,'pathWhitelist':['a']} | pathWhitelist must have absolute paths
          user | {@H,'app':{'group':'0'}} | $.app: user is required
          user-control | {@H,'app':{'user':'a\\nb','group':'0'}} | user must not contain control characters
          dir-control | {@A,'workingDirectory':'/a\\nExecStartPre=b'}} | workingDirectory must not contain control characters
          dir-relative | {@A,'workingDirectory':'a'}} | workingDirectory must be an absolute path
          exec-null | {@A,'exec':['a\\u0000']}} | exec must not contain the null character
          handler-name | {@A,'eventHandlers':[{'name':'now','exec':['a']}]}} | bad eventHandler "name": "now"
          handler-none | {@A,'eventHandlers':[{'exec':['a']}]}} | eventHandler "name" cannot be empty
          handler-dup | {@A,'eventHandlers':[{'name':'pre-start','exec':['a']},{'name':'pre-start','exec':['b']}]}} | Only one eventHandler of name "pre-start" allowed
          env-name | {@A,'environment':[{'name':'1A','value':''}]}} | environment variable does not have valid identifier "1A"
          env-empty | {@A,'environment':[{'value':''}]}} | environment variable name must not be empty
          env-dup | {@A,'environment':[{'name':'A','value':''},{'name':'A','value':''}]}} | duplicate environment variable of name "A"
          gid-negative | {@A,'supplementaryGIDs':[-1]}} | $.app.supplementaryGIDs[0]: expected an integer from 0 to 2147483647, found -1
          gid-both | {@A,'supplementaryGIDs':[1],'supplementaryGids':[2]}} | both "supplementaryGIDs" and "supplementaryGids" are given
          mount-name | {@A,'mountPoints':[{'path':'/a'}]}} | $.app.mountPoints[0]: "name" is missing
          mount-path | {@A,'mountPoints':[{'name':'a'}]}} | $.app.mountPoints[0]: path must be set
          port-range | {@A,'ports':[{'name':'a','protocol':'tcp','port':65535,'count':2}]}} | end of port range must be in 1-65535 range
          iso-unknown | {@A,'isolators':[{'name':'os/linux/new','value':1}]}} | invalid isolator "os/linux/new"
          iso-no-value | {@A,'isolators':[{'name':'os/linux/cpu-shares'}]}} | $.app.isolators[0]: "value" is missing
          iso-caps-empty | {@A,'isolators':[{'name':'os/linux/capabilities-remove-set','value':{'set':[]}}]}} | set must be non-empty
          iso-seccomp-errno | {@A,'isolators':[{'name':'os/linux/seccomp-remove-set','value':{'set':['a'],'errno':'eperm'}}]}} | errno must be upper case
          iso-two | {@A,'isolators':[{'name':'os/linux/cpu-shares','value':2},{'name':'os/linux/cpu-shares','value':2}]}} | isolators set contains too many instances of type os/linux/cpu-shares
          iso-conflict | {@A,'isolators':[{'name':'os/linux/seccomp-retain-set','value':{'set':['a']}},{'name':'os/linux/seccomp-remove-set','value':{'set':['a']}}]}} | isolators set contains incompatible types
          iso-oom | {@A,'isolators':[{'name':'os/linux/oom-score-adj','value':1001}]}} | os/linux/oom-score-adj must be from -1000 to 1000, not 1001
          iso-shares | {@A,'isolators':[{'name':'os/linux/cpu-shares','value':1}]}} | os/linux/cpu-shares must be from 2 to 262144, not 1
          iso-nnp | {@A,'isolators':[{'name':'os/linux/no-new-privileges','value':'true'}]}} | $.app.isolators[0].value: expected a boolean, found a string
          iso-selinux | {@A,'isolators':[{'name':'os/linux/selinux-context','value':{'user':'a:b','role':'r','type':'t','level':'l'}}]}} | user must not be empty nor contain ":"
          iso-memory-default | {@A,'isolators':[{'name':'resource/memory','value':{'default':true,'limit':'1'}}]}} | default must be false
          iso-block-default | {@A,'isolators':[{'name':'resource/block-bandwidth','value':{'limit':'1'}}]}} | default must be true
          iso-block-request | {@A,'isolators':[{'name':'resource/network-bandwidth','value':{'default':true,'request':'1'}}]}} | request not supported by this resource, must be empty
          iso-quantity | {@A,'isolators':[{'name':'resource/memory','value':{'limit':'1K'}}]}} | $.app.isolators[0].value.limit: unable to parse quantity's suffix
          """)
  void refuses(String rule, String document, String reason) {
    String text =
        document
            .replace("@A", "@H,'app':{'user':'0','group':'0'")
            .replace("@H", "@K,@V,'name':'a'")
            .replace("@K", "'acKind':'ImageManifest'")
            .replace("@V", "'acVersion':'0.8.11'");

    assertThatThrownBy(() -> read(text))
        .as(rule)
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("manifest: $")
        .hasMessageContaining(reason);
  }

  @Test
  void keepsUnknownMembersOnRewrite() {
    String text =
        """
        {"x-top":{"a":[1]},"acKind":"ImageManifest","acVersion":"0.8.11","name":"a",
         "app":{"exec":["/a"],"user":"0","group":"0","x-app":null,
           "ports":[{"name":"p","protocol":"tcp","port":1,"x-port":1},
                    {"name":"q","protocol":"tcp","port":2,"x-port":2}]},
         "labels":[{"name":"os","value":"linux","x-label":true}]}
        """;
    ImageManifestDocument document = ImageManifestDocument.read(text.getBytes(UTF_8), "manifest");
    App app = document.manifest().app().orElseThrow();
    App changed = app.edit().ports(List.of(app.ports().get(1))).user("7").build();

    String rewritten = document.with(document.manifest().withApp(changed)).write();

    assertThat(rewritten)
        .isEqualTo(
            "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\"a\","
                + "\"labels\":[{\"name\":\"os\",\"value\":\"linux\",\"x-label\":true}],"
                + "\"app\":{\"exec\":[\"/a\"],\"user\":\"7\",\"group\":\"0\",\"ports\":["
                + "{\"name\":\"q\",\"protocol\":\"tcp\",\"port\":2,\"count\":1,"
                + "\"socketActivated\":false,\"x-port\":2}],\"x-app\":null},"
                + "\"x-top\":{\"a\":[1]}}");
  }

  @Test
  void dropsKnownMembersThatWereRemoved() {
    String text =
        "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\"a\",\"app\":"
            + "{\"user\":\"0\",\"group\":\"0\",\"supplementaryGids\":[1],"
            + "\"environment\":[{\"name\":\"A\",\"value\":\"b\"}]}}";
    ImageManifestDocument document = ImageManifestDocument.read(text.getBytes(UTF_8), "manifest");
    App app = document.manifest().app().orElseThrow().edit().environment(List.of()).build();

    assertThat(document.with(document.manifest().withApp(app)).write())
        .doesNotContain("environment", "supplementaryGids")
        .contains("\"supplementaryGIDs\":[1]");
  }

  @ParameterizedTest
  @CsvSource({"labels", "annotations", "dependencies"})
  void refusesListsTooLongToCompare(String list) {
    String text =
        "{'acKind':'ImageManifest','acVersion':'0.8.11','name':'a','"
            + list
            + "':["
            + "0,".repeat(1_000_000)
            + "0]}";

    assertThatThrownBy(() -> read(text))
        .isInstanceOf(MalformedException.class)
        .hasMessage("manifest: $." + list + ": more than 4096 items");
  }

  @Test
  void stopsCountingMistakes() {
    String text =
        "{'acKind':'ImageManifest','acVersion':'0.8.11','name':'a','labels':["
            + "0,".repeat(4000)
            + "0]}";

    assertThatThrownBy(() -> read(text)).hasMessageEndingWith("; and 80 more");
  }

  private static App app(String members) {
    return read("{'acKind':'ImageManifest','acVersion':'0.8.11','name':'a','app':"
            + "{'user':'0','group':'0',"
            + members
            + "}}")
        .app()
        .orElseThrow();
  }

  private static ImageManifest read(String text) {
    return ImageManifestJson.read(text.replace('\'', '"').getBytes(UTF_8), "manifest");
  }
}
