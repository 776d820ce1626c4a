package io.jgemma.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** HTTPS with a certificate and a key in PEM. */
@Timeout(60)
class TlsTest {
    private static final char[] PASSWORD = "secret".toCharArray();

    @TempDir
    private Path folder;

    private KeyStore selfSigned() throws Exception {
        Path file = folder.resolve("keys.p12");
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        int code = new ProcessBuilder(
                        keytool,
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=dns:localhost,ip:127.0.0.1",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start()
                .waitFor();
        assertThat(code).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        return store;
    }

    private Path pem(String name, String kind, byte[] content) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.writeString(
                folder.resolve(name), "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
    }

    private static HttpClient trusting(KeyStore keys) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("server", keys.getCertificate("server"));
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return HttpClient.newBuilder()
                .sslContext(context)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    private static HttpRequest chat(URI address, String more) {
        return HttpRequest.newBuilder(address.resolve("/v1/chat/completions"))
                .POST(HttpRequest.BodyPublishers.ofString(TestServer.HELLO + more + "}"))
                .build();
    }

    @Test
    void answersOverHttpsAndStopsWhenItsClientHasGone() throws Exception {
        KeyStore keys = selfSigned();
        ServerOptions.Certificate certificate = new ServerOptions.Certificate(
                pem("cert.pem", "CERTIFICATE", keys.getCertificate("server").getEncoded()),
                pem("key.pem", "PRIVATE KEY", keys.getKey("server", PASSWORD).getEncoded()));
        try (TestServer server = new TestServer(
                        options -> options.certificate(certificate), engine -> engine.withContextTokens(100_000));
                HttpClient client = trusting(keys);
                HttpClient stranger = HttpClient.newHttpClient()) {
            URI address = server.server().address();
            assertThat(address.getScheme()).isEqualTo("https");
            HttpResponse<String> answer = client.send(chat(address, ""), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.body()).contains(TestServer.GREETING);
            assertThatThrownBy(() -> stranger.send(chat(address, ""), HttpResponse.BodyHandlers.ofString()))
                    .isInstanceOf(SSLHandshakeException.class);

            HttpResponse<Stream<String>> endless = client.send(
                    chat(address, ",\"ignore_eos\":true,\"stream\":true"), HttpResponse.BodyHandlers.ofLines());
            try (Stream<String> lines = endless.body()) {
                assertThat(lines.limit(3)).isNotEmpty();
            }
            while (server.server().requests() > 0) {
                Thread.sleep(10);
            }
            assertThat(server.log()).anyMatch(line -> line.contains(" 499 "));
        }
    }
}
