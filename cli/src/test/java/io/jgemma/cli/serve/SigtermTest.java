package io.jgemma.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A server in a process of its own that is told to stop while it works. */
@Timeout(120)
@DisabledOnOs(OS.WINDOWS)
class SigtermTest {
    private static final int CLIENTS = 6;

    @TempDir
    private Path folder;

    private Process serve() throws IOException {
        String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        classes,
                        "io.jgemma.cli.Main",
                        "serve",
                        "--port",
                        "0",
                        "-c",
                        "4096",
                        "--shutdown-timeout",
                        "60")
                .redirectError(folder.resolve("err").toFile())
                .start();
    }

    private static HttpRequest answer(String address, int tokens) {
        return HttpRequest.newBuilder(URI.create(address + "/v1/chat/completions"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"stream\":true,\"ignore_eos\":true,\"max_tokens\":"
                        + tokens + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}"))
                .build();
    }

    @Test
    void answersInProgressAreFinishedAndNewOnesTurnedAway() throws Exception {
        Process process = serve();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
                HttpClient client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build()) {
            String address = out.readLine().replace("listening on ", "");
            List<CompletableFuture<HttpResponse<String>>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                running.add(client.sendAsync(answer(address, 300), HttpResponse.BodyHandlers.ofString()));
            }
            HttpRequest health =
                    HttpRequest.newBuilder(URI.create(address + "/health")).build();
            while (!client.send(health, HttpResponse.BodyHandlers.ofString())
                    .body()
                    .contains("\"requests\":" + CLIENTS)) {
                Thread.sleep(5);
            }

            process.toHandle().destroy();
            CompletableFuture<Integer> late = client.sendAsync(answer(address, 1), HttpResponse.BodyHandlers.ofString())
                    .handle((response, failure) -> failure == null ? response.statusCode() : 0);

            for (CompletableFuture<HttpResponse<String>> answer : running) {
                assertThat(answer.get().body())
                        .contains("\"finish_reason\":\"length\"")
                        .endsWith("data: [DONE]\n\n");
            }
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            // Turned away, or in time before the signal was handled.
            assertThat(late.get()).isIn(0, 200, 503);
        } finally {
            process.destroyForcibly();
        }
    }
}
