// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage0.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** Whose certificates are believed: the JVM's authorities and those of the configuration. */
final class TlsSetup {
  private TlsSetup() {}

  static void apply(OkHttpClient.Builder client, Leniency leniency, List<String> authorities) {
    if (leniency.unverifiedTls()) {
      X509TrustManager everybody = new Everybody();
      client.sslSocketFactory(context(everybody).getSocketFactory(), everybody);
      client.hostnameVerifier((host, session) -> true);
    } else if (!authorities.isEmpty()) {
      X509TrustManager known = known(authorities);
      client.sslSocketFactory(context(known).getSocketFactory(), known);
    }
  }

  private static SSLContext context(X509TrustManager trust) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {trust}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new FetchException("cannot set up TLS", e);
    }
  }

  private static X509TrustManager known(List<String> authorities) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (X509Certificate certificate : manager(null).getAcceptedIssuers()) {
        store.setCertificateEntry("jvm-" + number++, certificate);
      }
      for (String file : authorities) {
        for (Certificate certificate : certificates(file)) {
          store.setCertificateEntry("configured-" + number++, certificate);
        }
      }
      return manager(store);
    } catch (GeneralSecurityException | IOException e) {
      throw new FetchException("cannot set up TLS", e);
    }
  }

  private static Collection<? extends Certificate> certificates(String file) {
    try (InputStream stream = Files.newInputStream(Path.of(file))) {
      List<Certificate> found =
          new ArrayList<>(CertificateFactory.getInstance("X.509").generateCertificates(stream));
      if (found.isEmpty()) {
        throw new FetchException("no certificate in \"" + file + "\"");
      }
      return found;
    } catch (CertificateException | IOException e) {
      throw new FetchException("cannot read the certificate authority \"" + file + "\"", e);
    }
  }

  private static X509TrustManager manager(@Nullable KeyStore store)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        return x509;
      }
    }
    throw new GeneralSecurityException("no X.509 trust manager");
  }

  /** Believes everybody, for {@code --insecure-options=tls} only. */
  private static final class Everybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
