// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.linux.DirectoryLock;
import io.rktj.pod.PodLayout;
import io.rktj.spec.AcName;
import io.rktj.spec.SemVer;
import io.rktj.spec.manifest.PodManifest;
import io.rktj.stage0.images.ImageResolver;
import io.rktj.stage0.images.PullPolicy;
import io.rktj.stage0.launch.AppLifecycle;
import io.rktj.stage0.prepare.AppRequest;
import io.rktj.stage0.prepare.PodOptions;
import io.rktj.stage0.prepare.PodPreparer;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.tree.ImageTree;
import io.rktj.stage0.tree.TreeStore;
import io.rktj.stage1.PreparedApp;
import java.util.Optional;

/** {@code rkt app add} ({@code spec/rkt-cli.md} section 4.18). */
final class AppAddCommand implements CommandBody {
  private final AppFlags apps = new AppFlags();
  private String uuid = "";

  @Override
  public void flag(Flag flag, String value) {
    if (!apps.take(flag.name(), value)) {
      throw new UsageException("--" + flag.name() + " must follow an image");
    }
  }

  @Override
  public int call(Invocation invocation) {
    readArguments(invocation);
    if (invocation.parser().helpWanted()) {
      return invocation.help();
    }
    if (uuid.isEmpty() || apps.count() == 0) {
      return invocation.misused("must provide the pod's UUID and an image");
    }
    if (apps.count() > 1) {
      throw new UsageException("must give only one app");
    }
    Session session = Session.open(invocation);
    AppLifecycle pod = AppCommands.apps(session, uuid);
    pod.requireRoom();
    add(invocation, session, pod);
    return ExitCode.DONE.status();
  }

  private void readArguments(Invocation invocation) {
    PiecewiseArguments.Receiver receiver =
        new PiecewiseArguments.Receiver() {
          @Override
          public void image(String text) {
            if (uuid.isEmpty()) {
              uuid = text;
            } else {
              apps.begin(RunArguments.reference(text));
            }
          }

          @Override
          public void argument(String word) {
            apps.argument(word);
          }
        };
    try {
      new PiecewiseArguments(invocation.parser(), receiver, true).read(invocation.arguments());
    } catch (UsageException e) {
      throw new UsageException("error parsing app image arguments", e);
    }
  }

  private void add(Invocation invocation, Session session, AppLifecycle pod) {
    AppRequest request = apps.build().get(0);
    ImageStore store = session.images();
    TreeStore trees = session.trees(store);
    DirectoryLock removalsWait = session.prepareLock(false);
    try (RemoteAccess remotes = new RemoteAccess(invocation, session)) {
      ImageResolver resolver = session.resolver(store, trees, remotes);
      ImageTree image =
          resolver.resolve(
              request.image(),
              PodWorkshop.pullOptions(invocation, PullPolicy.NEVER, Optional.empty()));
      PodPreparer preparer =
          new PodPreparer(session.kernel(), trees, SemVer.parse(Version.APPC), session.console());
      pod.add(new Preparation(preparer, request, image));
    } finally {
      removalsWait.close();
    }
  }

  private record Preparation(PodPreparer preparer, AppRequest request, ImageTree image)
      implements AppLifecycle.Preparation {
    @Override
    public AcName name() {
      return preparer.nameOf(request, image);
    }

    @Override
    public PreparedApp prepare(PodLayout layout, PodManifest manifest, boolean overlay) {
      PodOptions.Builder options = PodOptions.builder().mutable(true);
      manifest.volumes().forEach(options::volume);
      return preparer.add(layout, manifest, overlay, options.build(), request, image);
    }
  }
}
