package io.jgemma.cli.serve;

import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.UsageException;
import io.jgemma.server.ServerOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the server listens and whom it lets in. */
public final class ListenOptions {
    private static final int MAX_PORT = 65535;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Address to listen on; 0.0.0.0 = every address of this machine. Default: ${DEFAULT-VALUE}.")
    private String host = "127.0.0.1";

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8080",
            description = "Port; 0 = any that is free. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--api-key",
            paramLabel = "KEY",
            split = ",",
            description = "Key that requests must have; several by commas or by repeating. Default: the variable"
                    + " JGEMMA_API_KEY, or none.")
    private List<String> keys = List.of();

    @Option(names = "--api-key-file", paramLabel = "FILE", description = "File with keys, one on a line.")
    private @Nullable Path keyFile;

    @Option(
            names = {"--cors-origin", "--cors-origins"},
            paramLabel = "ORIGIN",
            split = ",",
            description = "Origin whose web pages may use the server, or *. May be repeated.")
    private List<String> origins = List.of();

    @Option(
            names = {"--tls-cert", "--ssl-cert-file"},
            paramLabel = "FILE",
            description = "Certificate (PEM) for HTTPS.")
    private @Nullable Path certificate;

    @Option(
            names = {"--tls-key", "--ssl-key-file"},
            paramLabel = "FILE",
            description = "Its private key (PEM, PKCS #8).")
    private @Nullable Path privateKey;

    /** Adds all of it. */
    void applyTo(ServerOptions.Builder options, @Nullable String environmentKey) {
        if (port < 0 || port > MAX_PORT) {
            throw new UsageException("--port " + port + " is not a port; expected 0 to " + MAX_PORT);
        }
        options.address(address()).port(port).apiKeys(keys(environmentKey)).corsOrigins(origins);
        if ((certificate == null) != (privateKey == null)) {
            throw new UsageException("--tls-cert and --tls-key belong together; give both");
        }
        if (certificate != null && privateKey != null) {
            requireReadable(certificate);
            requireReadable(privateKey);
            options.certificate(new ServerOptions.Certificate(certificate, privateKey));
        }
    }

    private InetAddress address() {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new UsageException("--host '" + host + "' is not an address of this machine");
        }
    }

    private List<String> keys(@Nullable String environmentKey) {
        List<String> all = new ArrayList<>(keys);
        if (keyFile != null) {
            try {
                all.addAll(Files.readAllLines(keyFile));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        if (environmentKey != null && all.isEmpty()) {
            all.add(environmentKey);
        }
        List<String> given =
                all.stream().map(String::strip).filter(key -> !key.isEmpty()).toList();
        if (given.isEmpty() && (keyFile != null || !keys.isEmpty())) {
            throw new UsageException("an API key was asked for, but none was given");
        }
        return given;
    }

    private static void requireReadable(Path file) {
        if (!Files.isReadable(file)) {
            throw new CommandException("'" + file + "' does not exist or may not be read");
        }
    }
}
