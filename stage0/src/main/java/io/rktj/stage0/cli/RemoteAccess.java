// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.cli;

import io.rktj.linux.DirectoryLock;
import io.rktj.stage0.fetch.FetchOptions;
import io.rktj.stage0.fetch.Leniency;
import io.rktj.stage0.fetch.RemoteFetcher;
import io.rktj.stage0.images.Remotes;
import io.rktj.stage0.trust.ImageVerifier;
import io.rktj.stage0.trust.KeyStore;
import io.rktj.stage0.trust.KeyTruster;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Servers, signatures and keys, by the configuration and the flags of this invocation. Nothing is
 * made before it is asked for: the use of an image that is here already loads no code for it.
 */
final class RemoteAccess implements Remotes, AutoCloseable {
  private final Invocation invocation;
  private final Session session;
  private final @Nullable DirectoryLock removalsWait;
  private boolean gaveUp;
  private @Nullable RemoteFetcher opened;

  RemoteAccess(Invocation invocation, Session session) {
    this(invocation, session, null);
  }

  /**
   * The same, which gives up a lock before an image is brought here: that can take as long as it
   * likes.
   */
  RemoteAccess(Invocation invocation, Session session, @Nullable DirectoryLock removalsWait) {
    this.invocation = invocation;
    this.session = session;
    this.removalsWait = removalsWait;
  }

  @Override
  public void beforeWork() {
    Effort.requireFull(session.kernel());
    if (removalsWait != null) {
      removalsWait.close();
      gaveUp = true;
    }
  }

  /** Whether the lock was given up, because there was something to bring here. */
  boolean gaveUpLock() {
    return gaveUp;
  }

  @Override
  public RemoteFetcher fetcher() {
    RemoteFetcher fetcher = opened;
    if (fetcher == null) {
      InsecureOptions insecure = invocation.global().insecure();
      FetchOptions options =
          new FetchOptions(
              session.wholeConfig(),
              new Leniency(insecure.tls(), insecure.http()),
              new Leniency(
                  insecure.tls() || insecure.pubkey(),
                  insecure.pubkey() || invocation.flags().isOn("insecure-allow-http")),
              Version.TEXT,
              invocation.environment(),
              Clock.systemUTC());
      Path downloads = session.dataDirectory().resolve("cas").resolve("tmp");
      fetcher = RemoteFetcher.open(options, downloads, session.kernel(), session.console());
      opened = fetcher;
    }
    return fetcher;
  }

  @Override
  public ImageVerifier verifier() {
    return new ImageVerifier(keys(), Clock.systemUTC());
  }

  @Override
  public KeyTruster truster() {
    return new KeyTruster(
        keys(),
        fetcher(),
        TerminalPrompt.standard(invocation.output(), session.kernel()),
        session.console());
  }

  private KeyStore keys() {
    GlobalOptions global = invocation.global();
    return new KeyStore(global.systemConfig(), global.localConfig());
  }

  @Override
  public void close() {
    if (opened != null) {
      opened.close();
    }
  }
}
