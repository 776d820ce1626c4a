package io.jgemma.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.EngineOptions;
import io.jgemma.server.models.Models;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How a server ends, and what happens when it cannot begin. */
class LifeTest {
    private static final String PATH = "/v1/chat/completions";

    private static Models demo() {
        return new Models(
                List.of(TestServer.demo("demo", EngineOptions.embedded().withContextTokens(100_000))),
                Long.MAX_VALUE,
                given -> given);
    }

    @Test
    void finishesAnswersBeforeItStops() throws Exception {
        TestServer server = new TestServer();
        int port = server.server().port();
        CompletableFuture<TestServer.Answer> answer = CompletableFuture.supplyAsync(
                () -> server.post(PATH, TestServer.HELLO + ",\"ignore_eos\":true,\"max_tokens\":100,\"stream\":true}"));
        while (server.server().requests() == 0) {
            Thread.sleep(5);
        }

        server.server().close();

        assertThat(answer.get().body()).endsWith("data: [DONE]\n\n");
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port))
                .isInstanceOf(ConnectException.class);
        server.close();
    }

    @Test
    void cutsAnswersShortWhenTheirTimeIsUp() throws Exception {
        TestServer server = new TestServer(options -> options.shutdownTimeout(Duration.ofMillis(300)), demo());
        server.post(PATH, TestServer.HELLO + ",\"max_tokens\":1}");
        CompletableFuture<TestServer.Answer> answer = CompletableFuture.supplyAsync(
                () -> server.post(PATH, TestServer.HELLO + ",\"ignore_eos\":true,\"stream\":true}"));
        while (server.server().requests() == 0) {
            Thread.sleep(5);
        }
        CompletableFuture<Void> closed = CompletableFuture.runAsync(server.server()::close);
        Thread.sleep(50);

        TestServer.Answer late = server.post(PATH, TestServer.HELLO + "}");
        closed.get();

        assertThat(late.status()).isEqualTo(503);
        assertThat(late.headers().firstValue("retry-after")).isPresent();
        assertThat(answer.get().body()).contains("event: error");
        server.close();
    }

    @Test
    void doesNotTakeAPortThatIsInUse() {
        try (TestServer first = new TestServer()) {
            Models models = demo();
            ServerOptions options =
                    ServerOptions.builder().port(first.server().port()).build();
            assertThatThrownBy(() -> Server.start(options, models)).hasCauseInstanceOf(BindException.class);
            models.close();
            assertThat(first.get("/health").status()).isEqualTo(200);
        }
    }
}
