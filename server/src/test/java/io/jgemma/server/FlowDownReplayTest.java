package io.jgemma.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What FlowDown sends, on the demo model. */
class FlowDownReplayTest extends FlowDownReplay {
    private final TestServer server = new TestServer(options -> {}, engine -> engine.withContextTokens(2048));

    @Override
    TestServer server() {
        return server;
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void picturesBeforeTheirQuestion() throws IOException {
        String url;
        try (InputStream in =
                Objects.requireNonNull(getClass().getResourceAsStream("/pictures/purple_star_corner.png"))) {
            url = "data:image/png;base64," + Base64.getEncoder().encodeToString(in.readAllBytes());
        }
        String part = "{\"image_url\":{\"url\":\"" + url.replace("/", "\\/") + "\"},\"type\":\"image_url\"}";
        TestServer.Answer answer = server.post(
                "/v1/chat/completions",
                "{\"stream\":true,\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":[" + part
                        + "]},{\"role\":\"user\",\"content\":\"Where is the star?\"}]}");
        TestServer.Answer flat = server.post(
                "/v1/responses",
                "{\"stream\":true,\"temperature\":0,\"input\":[{\"type\":\"message\",\"role\":\"user\",\"content\":["
                        + "{\"type\":\"input_image\",\"detail\":\"auto\",\"image_url\":\"" + url
                        + "\"},{\"type\":\"input_text\",\"text\":\"Where is the star?\"}]}]}");

        assertThat(FlowDownReader.read(answer.body()).text()).isNotEmpty();
        assertThat(FlowDownResponse.read(flat.events()).text()).isEqualTo("The star is in the bottom left corner.");
    }
}
