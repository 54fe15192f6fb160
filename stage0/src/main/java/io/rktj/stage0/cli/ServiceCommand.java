// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.linux.Kernel;
import io.rktj.pod.HostException;
import io.rktj.stage0.service.Service;
import io.rktj.stage0.service.ServiceCall;

/**
 * {@code rkt api-service} and {@code rkt metadata-service} ({@code spec/rkt-cli.md} sections 4.20
 * and 4.21). The servers are classes known by name, on a class path that only these two commands
 * have.
 */
final class ServiceCommand implements CommandBody {
  @Override
  public int call(Invocation invocation) {
    if (!invocation.arguments().isEmpty()) {
      return invocation.misused("no arguments are wanted");
    }
    boolean api = invocation.command().path().equals("api-service");
    Kernel kernel = Kernel.host();
    Effort.requireServices(kernel);
    FlagValues flags = invocation.flags();
    if (api && flags.has("listen") && invocation.caller().isActivated(kernel.pid())) {
      throw new UsageException("--listen does not work with a socket of systemd's");
    }
    Session session = Session.open(invocation);
    String listen =
        api ? flags.text("listen", "localhost:15441") : flags.text("listen-port", "18112");
    ServiceCall call =
        new ServiceCall(
            listen,
            session.dataDirectory(),
            settings(invocation.global()),
            invocation.environment(),
            session.console());
    service(api ? "io.rktj.services.api.ApiService" : "io.rktj.services.metadata.MetadataService")
        .serve(call);
    return ExitCode.DONE.status();
  }

  private static ServiceCall.Settings settings(GlobalOptions global) {
    return new ServiceCall.Settings(
        Version.TEXT,
        Version.APPC,
        global.systemConfig().toString(),
        global.localConfig().toString(),
        global.userConfig().isPresent() ? global.userConfig().get().toString() : "",
        global.insecure().words(),
        global.trustKeysFromHttps());
  }

  private static Service service(String className) {
    try {
      return Class.forName(className).asSubclass(Service.class).getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new HostException(
          "cannot find the services: \"lib/services\" is not part of this rkt", e);
    }
  }
}
