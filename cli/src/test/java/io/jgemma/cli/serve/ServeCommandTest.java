package io.jgemma.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.cli.TestConsole;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code jgemma serve} from the command line to an answer, and what it says when it cannot begin. */
class ServeCommandTest {

    @Test
    void servesTheDemoModelUntilItIsStopped() throws Exception {
        TestConsole console = new TestConsole("");
        AtomicInteger code = new AtomicInteger(-1);
        Thread server = Thread.ofPlatform()
                .start(() -> code.set(console.run(
                        "serve",
                        "--port",
                        "0",
                        "-c",
                        "256",
                        "--alias",
                        "tiny,*",
                        "-np",
                        "2",
                        "--jinja",
                        "--no-metrics")));
        while (!console.out().contains("\n") && server.isAlive()) {
            Thread.sleep(10);
        }
        String address = console.out().strip().replace("listening on ", "");

        String answer;
        int metrics;
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/v1/chat/completions"))
                    .POST(
                            HttpRequest.BodyPublishers.ofString(
                                    "{\"model\":\"small\",\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}"))
                    .build();
            answer = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
            HttpRequest scrape =
                    HttpRequest.newBuilder(URI.create(address + "/metrics")).build();
            metrics =
                    client.send(scrape, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
        server.interrupt();
        server.join();

        assertThat(answer).contains("Hello! How can I help you today?", "\"model\":\"tiny\"");
        assertThat(console.err()).contains("No model was named", "POST /v1/chat/completions 200");
        assertThat(metrics).isEqualTo(501);
        assertThat(code.get()).isZero();
    }

    /** A person at a terminal sees what the server does, below the log. */
    @Test
    @Timeout(60)
    void showsALineOfWhatItDoes() throws InterruptedException {
        TestConsole console = TestConsole.atTerminal("");
        Thread server =
                Thread.ofPlatform().start(() -> console.run("serve", "--port", "0", "-c", "256", "--log-prompts"));
        Pattern line = Pattern.compile("\r\033\\[K0 running, 0 waiting, 0 tokens/s, [0-9.]+ MiB, [01] connections");
        while (!line.matcher(console.err()).find() && server.isAlive()) {
            Thread.sleep(10);
        }
        URI address = URI.create(console.out().strip().replace("listening on ", ""));
        HttpRequest request = HttpRequest.newBuilder(address.resolve("/tokenize"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"content\":\n\"Hello\"}"))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            client.sendAsync(request, HttpResponse.BodyHandlers.discarding()).join();
        }
        server.interrupt();
        server.join();

        assertThat(console.err())
                .containsPattern("\033\\[K\\{\"content\":\\\\n\"Hello\"}\n0 running")
                .containsPattern("\033\\[K\\S+ POST /tokenize 200 \\d+ms\\S*.*\n0 running")
                .endsWith("\r\033[K");
    }

    @Test
    void saysThatThePortIsInUse() throws IOException {
        TestConsole console = new TestConsole("");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int code = console.run("serve", "-c", "256", "--port", Integer.toString(taken.getLocalPort()));

            assertThat(code).isEqualTo(1);
            assertThat(console.err())
                    .contains("jgemma serve: port " + taken.getLocalPort())
                    .contains("--port");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "serve --port 70000|--port 70000 is not a port",
                "serve --models-dir a --config b|give one of them",
                "serve --tls-cert a|belong together",
                "serve --max-queue 0|--max-queue 0 is out of range",
                "serve --system Hello|--system is not a flag of serve",
                "serve --models-dir a --mmproj b|--mmproj is one model's",
                "serve --parallel 0|--parallel 0 is out of range",
                "serve --reasoning-budget -2|-1 stands for no limit",
                "serve --reasoning maybe|not one of on, off and auto",
                "serve --ttl soon|--ttl 'soon' is not a time",
                "serve --top-p 2|--top-p is 2.0"
            })
    void refusesWhatMakesNoSense(String line, String message) {
        TestConsole console = new TestConsole("");

        assertThat(console.run(line.split(" ", -1))).isEqualTo(2);
        assertThat(console.err()).contains(message).hasLineCount(1);
    }
}
