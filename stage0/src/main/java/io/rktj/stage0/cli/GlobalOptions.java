// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** What the global flags say ({@code spec/rkt-cli.md} section 1.3). */
final class GlobalOptions implements FlagParser.Sink {
  private static final String DATA = "/var/lib/rkt";

  private boolean debug;
  private boolean trustKeysFromHttps;
  private String directory = "";
  private String systemConfig = "/usr/lib/rkt";
  private String localConfig = "/etc/rkt";
  private String userConfig = "";
  private InsecureOptions insecure = InsecureOptions.NONE;

  @Override
  public void set(Flag flag, String value) {
    switch (flag.name()) {
      case "debug" -> debug = Flag.truth(value);
      case "trust-keys-from-https" -> trustKeysFromHttps = Flag.truth(value);
      case "dir" -> directory = directory(value);
      case "system-config" -> systemConfig = directory(value);
      case "local-config" -> localConfig = directory(value);
      case "user-config" -> userConfig = directory(value);
      case "insecure-options" -> insecure = InsecureOptions.parse(value);
      default -> throw UsageException.notSupportedYet("--" + flag.name());
    }
  }

  boolean debug() {
    return debug;
  }

  boolean trustKeysFromHttps() {
    return trustKeysFromHttps;
  }

  InsecureOptions insecure() {
    return insecure;
  }

  Path systemConfig() {
    return Path.of(systemConfig);
  }

  Path localConfig() {
    return Path.of(localConfig);
  }

  Optional<Path> userConfig() {
    return userConfig.isEmpty() ? Optional.empty() : Optional.of(Path.of(userConfig));
  }

  /** The data directory: the flag, else what configuration says, else rkt's own. */
  Path dataDirectory(Optional<String> configured) {
    if (!directory.isEmpty()) {
      return Path.of(directory);
    }
    return Path.of(configured.isPresent() ? configured.get() : DATA);
  }

  /** Makes a directory's name absolute, links resolved where it exists. */
  private static String directory(String value) {
    if (value.isEmpty()) {
      throw new UsageException("\"\" is not a valid directory");
    }
    try {
      return new File(value).getCanonicalPath();
    } catch (IOException e) {
      throw new UsageException(Quoted.of(value) + " is not a valid directory", e);
    }
  }
}
