// SPDX-License-Identifier: Apache-2.0
package io.rktj.spec.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rktj.spec.AcName;
import io.rktj.spec.MalformedException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineFormsTest {
  @Test
  void readsHostVolume() {
    Volume volume = Volume.parse("work,kind=host,source=/a+b%20c,readOnly=T,recursive=0");

    assertThat(volume.name()).isEqualTo(new AcName("work"));
    assertThat(volume.kind()).isEqualTo(Volume.Kind.HOST);
    assertThat(volume.source()).contains("/a+b%20c");
    assertThat(volume.readOnly()).contains(true);
    assertThat(volume.recursive()).contains(false);
  }

  @Test
  void readsEmptyVolume() {
    Volume volume = Volume.parse("tmp,kind=empty,mode=1777,uid=7");

    assertThat(volume.mode()).contains("1777");
    assertThat(volume.uid()).contains(7);
    assertThat(volume.gid()).contains(0);
    assertThat(volume.readOnly()).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "name | Work,kind=empty | ACName must contain only lower case",
        "no-kind | work | unrecognized volume kind: should be one of \"empty\", \"host\"",
        "kind | work,kind=x | unrecognized volume kind: should be one of \"empty\", \"host\"",
        "relative | work,kind=host,source=a | source for host volume must be absolute path",
        "no-source | work,kind=host | source for host volume cannot be empty",
        "mode | work,kind=host,source=/a,mode=1 | mode for host volume cannot be set",
        "no-value | work,kind | malformed string \"kind\" - has a label without a value: kind",
        "twice | w,kind=a,kind=b | label kind with multiple values [\"a\" \"b\"]",
        "unknown | work,kind=empty,size=1 | unknown volume parameter \"size\"",
        "bool | w,kind=empty,readOnly=yes | strconv.ParseBool: parsing \"yes\": invalid syntax",
        "uid | w,kind=empty,uid=-1 | uid must be a number",
      })
  void refusesVolume(String rule, String text, String reason) {
    assertThatThrownBy(() -> Volume.parse(text))
        .as(rule)
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith(reason);
  }

  @Test
  void readsMountAsQuery() {
    assertThat(Mount.parse("volume=work,target=/a+b%2Cc"))
        .isEqualTo(new Mount(new AcName("work"), "/a b,c", Optional.empty()));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "volume | target=/a | volume must be set",
        "target | volume=a | path must be set",
        "unknown | volume=a,target=/b,x=1 | unknown mount parameter \"x\"",
        "name | volume=A,target=/b | invalid volume name \"A\" in --mount flag \"volume=A,target=/b\": ACName must",
        "escape | volume=a,target=/%zz | invalid URL escape",
        "cut-escape | volume=a,target=/%2 | invalid URL escape",
        "semicolon | volume=a;target=/b | invalid semicolon separator in query",
        "control | volume=a,target=/b%0a | path must not contain control characters",
      })
  void refusesMount(String rule, String text, String reason) {
    assertThatThrownBy(() -> Mount.parse(text))
        .as(rule)
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith(reason);
  }

  @Test
  void readsPort() {
    assertThat(Port.parse("http,protocol=tcp,port=80,count=2,socketActivated=true"))
        .isEqualTo(new Port(new AcName("http"), "tcp", 80, 2, true));
    assertThat(Port.parse("http,protocol=tcp,port=80").count()).isEqualTo(1);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "unknown | a,protocol=tcp,port=1,x=1 | unknown port parameter \"x\"",
        "zero | a,protocol=tcp,port=0 | port must be in 1-65535 range",
        "large | a,protocol=tcp,port=65536 | port must be in 1-65535 range",
        "range | a,protocol=tcp,port=65535,count=2 | end of port range must be in 1-65535 range",
        "overflow | a,protocol=tcp,port=9,count=2147483647 | end of port range must be in",
        "protocol | a,port=1 | protocol must be set",
      })
  void refusesPort(String rule, String text, String reason) {
    assertThatThrownBy(() -> Port.parse(text)).as(rule).hasMessageStartingWith(reason);
  }

  @Test
  void readsMountPoint() {
    assertThat(MountPoint.parse("db,path=/db,readOnly=true"))
        .isEqualTo(new MountPoint(new AcName("db"), "/db", true));
    assertThatThrownBy(() -> MountPoint.parse("db")).hasMessage("path must be set");
    assertThatThrownBy(() -> MountPoint.parse("db,path=/a,x=y"))
        .hasMessage("unknown mountpoint parameter \"x\"");
  }

  @Test
  void readsExposedPort() {
    assertThat(ExposedPort.parse("http:8080"))
        .isEqualTo(new ExposedPort(new AcName("http"), 8080, Optional.empty(), Optional.empty()));
    assertThat(ExposedPort.parse("http:127.0.0.1:8080").hostIp()).contains("127.0.0.1");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "form | http | \"http\" is not in name:[ip:]port format",
        "name | HTTP:80 | \"HTTP\" is not a valid port name",
        "ip | http:1.2.3:80 | \"1.2.3\" is not a valid IP",
        "ip-range | http:1.2.3.256:80 | \"1.2.3.256\" is not a valid IP",
        "port | http:x | \"x\" is not a valid port number",
        "port-range | http:65536 | \"65536\" is not a valid port number",
        "port-rest | http:1.2.3.4:80:90 | \"80:90\" is not a valid port number",
      })
  void refusesExposedPort(String rule, String text, String reason) {
    assertThatThrownBy(() -> ExposedPort.parse(text)).as(rule).hasMessage(reason);
  }

  @Test
  void readsEnvironmentVariable() {
    assertThat(EnvironmentVariable.parse("A.b-C_1=x=y\n"))
        .isEqualTo(new EnvironmentVariable("A.b-C_1", "x=y\n"));
    assertThatThrownBy(() -> EnvironmentVariable.parse("A"))
        .hasMessage("environment variable must be specified as name=value");
    assertThatThrownBy(() -> EnvironmentVariable.parse("A=\0"))
        .hasMessageContaining("must not contain the null character");
  }
}
