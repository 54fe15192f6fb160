// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileStatusTest {
  @ParameterizedTest
  @CsvSource({"1, 3, 0x103", "8, 0, 0x800", "254, 300, 0x10fe2c", "5000, 1, 0x0000100000038801"})
  void writesDeviceNumbersAsTheKernelDoes(int major, int minor, String number) {
    long device = FileStatus.device(major, minor);

    assertThat(device).isEqualTo(Long.decode(number));
    assertThat(FileStatus.major(device)).isEqualTo(major);
    assertThat(FileStatus.minor(device)).isEqualTo(minor);
  }
}
