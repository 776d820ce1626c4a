package io.jgemma.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Clients that give up, close half of a connection, stop reading, or never finish a request. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConnectionTest {
    private static final String ENDLESS =
            "\"ignore_eos\":true,\"max_tokens\":100000,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}";

    private final TestServer server = new TestServer(
            options -> options.idleTimeout(Duration.ofSeconds(2))
                    .writeTimeout(Duration.ofSeconds(1))
                    .pingInterval(Duration.ofMillis(50)),
            engine -> engine.withContextTokens(200_000));

    @AfterAll
    void stop() {
        server.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
        socket.connect(new InetSocketAddress(
                InetAddress.getLoopbackAddress(), server.server().port()));
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void send(Socket socket, String body) throws IOException {
        String head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length()
                + "\r\n\r\n";
        socket.getOutputStream().write((head + body).getBytes(StandardCharsets.UTF_8));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(10);
        }
    }

    private boolean isIdle() {
        return server.server().requests() == 0 && server.status().running() == 0;
    }

    @Test
    void endsTheWorkOfAClosedConnection() throws IOException, InterruptedException {
        for (String stream : new String[] {"{\"stream\":true,", "{"}) {
            try (Socket socket = connect()) {
                send(socket, stream + ENDLESS);
                await(() -> server.server().requests() == 1);
                Thread.sleep(100);
            }
            await(this::isIdle);
        }
        assertThat(server.log()).anyMatch(line -> line.contains(" 499 "));
    }

    @Test
    void endsTheWorkOfAHalfClosedConnection() throws IOException, InterruptedException {
        try (Socket socket = connect()) {
            send(socket, "{" + ENDLESS);
            await(() -> server.server().requests() == 1);
            socket.shutdownOutput();
            await(this::isIdle);
        }
    }

    @Test
    void closesAConnectionWhoseClientStopsReading() throws IOException, InterruptedException {
        String tokens = "{\"tokens\":[1766" + ",1766".repeat(1_500_000) + "]}";
        try (Socket socket = connect()) {
            String head =
                    "POST /detokenize HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + tokens.length() + "\r\n\r\n";
            socket.getOutputStream().write((head + tokens).getBytes(StandardCharsets.UTF_8));

            TestServer.Answer other = server.post("/v1/chat/completions", TestServer.HELLO + "}");
            assertThat(other.status()).isEqualTo(200);
            await(() -> server.log().stream().anyMatch(line -> line.contains("POST /detokenize")));
            assertThat(server.log()).anyMatch(line -> line.contains("POST /detokenize 499 "));
        }
    }

    @Test
    void closesRequestsThatNeverEnd() throws IOException {
        List<Socket> sockets = new ArrayList<>();
        for (String begun :
                new String[] {"", "POST /v1/chat", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"
                }) {
            Socket socket = connect();
            socket.getOutputStream().write(begun.getBytes(StandardCharsets.UTF_8));
            sockets.add(socket);
        }
        for (Socket socket : sockets) {
            assertThat(isClosedByServer(socket)).isTrue();
            socket.close();
        }
    }

    private static boolean isClosedByServer(Socket socket) throws IOException {
        try {
            InputStream in = socket.getInputStream();
            in.readAllBytes();
            return true;
        } catch (SocketException e) {
            return true;
        }
    }

    @Test
    void servesTheNextRequestThatCameTooEarly() throws IOException {
        String body = "{\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}";
        try (Socket socket = connect()) {
            send(socket, body);
            send(socket, body);
            socket.getOutputStream()
                    .write("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.UTF_8));

            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(4);
        }
    }

    @Test
    void keepsManyIdleConnectionsBesideWork() throws IOException, InterruptedException {
        List<Socket> idle = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            idle.add(
                    new Socket(InetAddress.getLoopbackAddress(), server.server().port()));
        }
        assertThat(server.get("/health").status()).isEqualTo(200);
        for (Socket socket : idle) {
            socket.close();
        }
        await(() -> server.server().openConnections() <= 1);
    }
}
