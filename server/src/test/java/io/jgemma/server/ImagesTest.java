package io.jgemma.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures in requests, in each API's spelling. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImagesTest {
    static final String ANSWER = "The star is in the bottom left corner.";
    static final String QUESTION = "Where is the star?";

    private final TestServer server = new TestServer();
    private final String base64 = Base64.getEncoder().encodeToString(star());

    static byte[] star() {
        try (InputStream in =
                Objects.requireNonNull(ImagesTest.class.getResourceAsStream("/pictures/purple_star_corner.png"))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private String chat(String imagePart) {
        return "{\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":[" + imagePart
                + ",{\"type\":\"text\",\"text\":\"" + QUESTION + "\"}]}]}";
    }

    private String answer(String body) {
        return server.post("/v1/chat/completions", body)
                .json()
                .at("/choices/0/message/content")
                .asText();
    }

    @Test
    void dataUrlsAreSeen() {
        String url = "data:image/png;base64," + base64;
        String escaped = url.replace("/", "\\/");

        assertThat(answer(chat("{\"type\":\"image_url\",\"image_url\":{\"url\":\"" + url + "\"}}")))
                .isEqualTo(ANSWER);
        assertThat(answer(chat("{\"type\":\"image_url\",\"image_url\":\"" + escaped + "\"}")))
                .isEqualTo(ANSWER);
    }

    /** FlowDown sends each attachment as a message of its own, before the question. */
    @Test
    void aPictureMayBeAMessageOfItsOwn() {
        String body =
                "{\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":"
                        + "{\"url\":\"data:image/png;base64," + base64 + "\"}}]},{\"role\":\"user\",\"content\":\""
                        + QUESTION
                        + "\"}]}";

        assertThat(answer(body)).contains("star");
    }

    @Test
    void theOtherApisSeeThemToo() {
        JsonNode message = server.post(
                        "/v1/messages",
                        "{\"model\":\"demo\",\"max_tokens\":32,\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":["
                                + "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\""
                                + base64 + "\"}},{\"type\":\"text\",\"text\":\"" + QUESTION + "\"}]}]}")
                .json();
        JsonNode response = server.post(
                        "/v1/responses",
                        "{\"model\":\"demo\",\"temperature\":0,\"input\":[{\"role\":\"user\",\"content\":["
                                + "{\"type\":\"input_image\",\"detail\":\"auto\",\"image_url\":\"data:image/png;base64,"
                                + base64 + "\"},{\"type\":\"input_text\",\"text\":\"" + QUESTION + "\"}]}]}")
                .json();

        assertThat(message.at("/content/0/text").asText()).isEqualTo(ANSWER);
        assertThat(response.at("/output/0/content/0/text").asText()).isEqualTo(ANSWER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1/cat.png",
                "https://example.com/cat.png",
                "file:///etc/hostname",
                "data:image/png,abc",
                "data:image/png;base64",
                "data:image/png;base64,",
                "data:image/png;base64,AAAA",
                "data:image/png;base64,iVBORw0KGgo=",
                "data:text/plain;base64,aGVsbG8=",
                "data:image/png;base64,aGVsbG8=",
                "data:image/heic;base64,AAAAGGZ0eXBoZWljAAAAAG1pZjFoZWlj",
                ""
            })
    void whatIsNoPictureIsRefused(String url) {
        TestServer.Answer answer = server.post(
                "/v1/chat/completions", chat("{\"type\":\"image_url\",\"image_url\":{\"url\":\"" + url + "\"}}"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/error/message").asText()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 60, 75, 100, 400})
    void truncatedPicturesAreRefused(int characters) {
        String url = "data:image/png;base64," + base64.substring(0, characters);
        TestServer.Answer answer = server.post(
                "/v1/chat/completions", chat("{\"type\":\"image_url\",\"image_url\":{\"url\":\"" + url + "\"}}"));

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.json().at("/error/message").asText()).contains("picture");
    }

    /** What a file is, its bytes say. */
    @Test
    void aWrongMediaTypeMakesNoDifference() {
        String url = "data:image/jpeg;base64," + base64;

        assertThat(answer(chat("{\"type\":\"image_url\",\"image_url\":{\"url\":\"" + url + "\"}}")))
                .isEqualTo(ANSWER);
    }

    /** A server that fetches pictures still asks nobody in its own surroundings. */
    @Test
    void addressesAreFollowedWhereThatIsAllowed() {
        try (TestServer fetching = new TestServer(options -> options.remoteImages(true))) {
            String url = fetching.uri("/health").toString();
            JsonNode error = fetching.post(
                            "/v1/chat/completions",
                            chat("{\"type\":\"image_url\",\"image_url\":{\"url\":\"" + url + "\"}}"))
                    .error();

            assertThat(error.get("param").asText()).contains("url");
            assertThat(error.get("message").asText()).contains("not of the public Internet");
            assertThat(fetching.log()).hasSize(1);
        }
    }
}
