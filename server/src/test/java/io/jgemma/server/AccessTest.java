package io.jgemma.server;

import static io.jgemma.server.TestServer.HELLO;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets in, and what is turned away: keys, pages of browsers, bodies, queues, deadlines. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessTest {
    private static final String PATH = "/v1/chat/completions";
    private static final String LONG =
            "{\"ignore_eos\":true,\"max_tokens\":800,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}";

    private final TestServer guarded = new TestServer(options -> options.apiKeys(List.of("one", "two"))
            .corsOrigins(List.of("https://page.example"))
            .maxBodyBytes(100_000)
            .maxRequests(3, 1));
    private final TestServer impatient = new TestServer(
            options -> options.requestTimeout(Duration.ofMillis(400)), engine -> engine.withContextTokens(100_000));
    private final TestServer open = new TestServer(options -> options.maxRequests(1, 1));

    @AfterAll
    void stop() {
        guarded.close();
        impatient.close();
        open.close();
    }

    @Test
    void wantsAKeyForEverythingButHealth() {
        assertThat(guarded.get("/health").status()).isEqualTo(200);
        for (String path : new String[] {"/v1/models", "/metrics", "/props", "/v1/nothing"}) {
            TestServer.Answer answer = guarded.get(path);
            assertThat(answer.status()).as(path).isEqualTo(401);
            assertThat(answer.error().get("type").textValue()).isEqualTo("authentication_error");
        }
        assertThat(guarded.get("/v1/models", "Authorization", "Bearer ").status())
                .isEqualTo(401);
        assertThat(guarded.get("/v1/models", "Authorization", "Bearer oneone").status())
                .isEqualTo(401);
        assertThat(guarded.get("/v1/models", "Authorization", "Bearer two").status())
                .isEqualTo(200);
        assertThat(guarded.get("/v1/models", "x-api-key", "one").status()).isEqualTo(200);
    }

    @Test
    void letsPagesOfAllowedOriginsInOnly() throws IOException {
        TestServer.Answer allowed =
                guarded.get("/v1/models", "Authorization", "Bearer one", "Origin", "https://page.example");
        assertThat(allowed.headers().firstValue("access-control-allow-origin")).contains("https://page.example");
        assertThat(open.get("/v1/models").headers().firstValue("access-control-allow-origin"))
                .isEmpty();
        assertThat(open.get("/v1/models", "Origin", "https://page.example").status())
                .isEqualTo(403);
        assertThat(open.get("/v1/models", "Origin", open.server().address().toString())
                        .status())
                .isEqualTo(200);
        TestServer.Answer preflight = guarded.send(guarded.request(PATH, "Origin", "https://page.example")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(raw(open, "GET /v1/models HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                .contains(" 403 ");
    }

    @Test
    void turnsLargeBodiesAway() {
        TestServer.Answer answer = guarded.post(
                PATH,
                "{\"messages\":[{\"role\":\"user\",\"content\":\"" + "a".repeat(200_000) + "\"}]}",
                "Authorization",
                "Bearer one");

        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.error().get("message").textValue()).contains("larger");
    }

    @Test
    void turnsRequestsAwayWhenThereIsNoPlace() throws ExecutionException, InterruptedException {
        assertThat(statusesOf(open, "", LONG)).contains(200, 503);
        assertThat(statusesOf(guarded, "one", LONG.replace("800", "60"))).contains(200, 429);
    }

    private static List<Integer> statusesOf(TestServer server, String key, String body)
            throws ExecutionException, InterruptedException {
        List<Integer> statuses = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<TestServer.Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                answers.add(threads.submit(() -> server.post(PATH, body, "Authorization", "Bearer " + key)));
            }
            for (Future<TestServer.Answer> answer : answers) {
                statuses.add(answer.get().status());
                if (answer.get().status() != 200) {
                    assertThat(answer.get().headers().firstValue("retry-after").orElseThrow())
                            .matches("[1-9][0-9]*");
                }
            }
        }
        return statuses;
    }

    @Test
    void endsAnswersAtTheDeadline() {
        String endless = "{\"ignore_eos\":true,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}";
        TestServer.Answer whole = impatient.post(PATH, endless);
        String stream = impatient
                .post(PATH, endless.replaceFirst("\\{", "{\"stream\":true,"))
                .body();

        assertThat(whole.status()).isEqualTo(408);
        assertThat(stream).contains("event: error\n").contains("\"code\":408").doesNotContain("[DONE]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":"})
    void refusesDeepNesting(String opening) {
        TestServer.Answer answer = open.post(PATH, opening.repeat(100_000));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().get("message").textValue()).contains("nested");
    }

    @Test
    void logsNoContents() {
        open.post(PATH, HELLO + ",\"max_tokens\":1}");

        assertThat(open.log()).anyMatch(line -> line.contains("POST " + PATH + " 200 ") && line.contains("prompt=10"));
        assertThat(open.log()).noneMatch(line -> line.contains("Hello"));
    }

    private static String raw(TestServer server, String request) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.server().port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Contents are in the log on request only, and then none of them can pass for a line of the log. */
    @Test
    void logsContentsOnRequestOnly() {
        List<String> prompts = new CopyOnWriteArrayList<>();
        String body = "{\"content\":\r\n\t\"secret \u001b[2J\u009b\"}";
        try (TestServer talkative = new TestServer(options -> options.promptLog(prompts::add))) {
            talkative.get("/v1/models");
            talkative.post("/tokenize", body);

            assertThat(prompts).containsExactly("{\"content\":\\r\\n\\t\"secret \\u001b[2J\\u009b\"}");
            assertThat(talkative.log()).hasSize(2).noneMatch(line -> line.contains("secret"));
        }
    }
}
