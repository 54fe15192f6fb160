// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.spec.discovery.ImageRef;
import io.rktj.stage0.images.ImageResolver;
import io.rktj.stage0.images.PullOptions;
import io.rktj.stage0.images.PullPolicy;
import io.rktj.stage0.store.ImageStore;
import io.rktj.stage0.tree.ImageTree;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code rkt fetch} ({@code spec/rkt-cli.md} sections 4.4 and 8). */
final class FetchCommand implements CommandBody, PiecewiseArguments.Receiver {
  private static final int SHORT_ID = "sha512-".length() + 32;

  /** One image to fetch. */
  private static final class Wish {
    private final ImageRef image;
    private Optional<Path> signature = Optional.empty();

    Wish(ImageRef image) {
      this.image = image;
    }
  }

  private final List<Wish> wishes = new ArrayList<>();
  private @Nullable Wish current;

  @Override
  public void flag(Flag flag, String value) {
    if (!flag.name().equals("signature")) {
      return;
    }
    if (current == null) {
      throw new UsageException("--signature must follow an image");
    }
    if (current.signature.isPresent()) {
      throw new UsageException("--signature specified multiple times for the same image");
    }
    current.signature = Optional.of(Path.of(value).toAbsolutePath());
  }

  @Override
  public void image(String text) {
    Wish wish = new Wish(ImageRef.parse(text, Path.of("").toAbsolutePath(), false));
    wishes.add(wish);
    current = wish;
  }

  @Override
  public void argument(String word) {
    throw new UsageException("app arguments unsupported");
  }

  @Override
  public int call(Invocation invocation) {
    try {
      new PiecewiseArguments(invocation.parser(), this, false).read(invocation.arguments());
    } catch (UsageException e) {
      throw new UsageException("unable to parse arguments", e);
    }
    if (invocation.parser().helpWanted()) {
      return invocation.help();
    }
    PullPolicy policy = PullPolicy.parse(RunArguments.policy(invocation.flags(), "update"));
    if (wishes.isEmpty()) {
      throw new UsageException("must provide at least one image");
    }
    Session session = Session.open(invocation);
    ImageStore store = session.images();
    try (RemoteAccess remotes = new RemoteAccess(invocation, session)) {
      ImageResolver resolver = session.resolver(store, session.trees(store), remotes);
      for (Wish wish : wishes) {
        PullOptions options = PodWorkshop.pullOptions(invocation, policy, wish.signature);
        ImageTree image = resolver.resolve(wish.image, options);
        String id = image.image().id().toString();
        invocation
            .output()
            .answer(invocation.flags().isOn("full") ? id : id.substring(0, SHORT_ID));
      }
    }
    return ExitCode.DONE.status();
  }
}
