package io.jgemma.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** The routes of llama.cpp's server with bare HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LlamaCppTest {
    private static final String TURN = "<start_of_turn>user\\nHello<end_of_turn>\\n<start_of_turn>model\\n";

    private final TestServer server = new TestServer();

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void tokenizesAndBack() {
        JsonNode tokens = server.post("/tokenize", "{\"content\":\"<start_of_turn>user\\nHello\",\"add_special\":true}")
                .json()
                .get("tokens");
        assertThat(tokens.toString()).isEqualTo("[2,4,286,9,1766]");
        assertThat(server.post("/tokenize", "{\"content\":\"Hello\",\"with_pieces\":true}")
                        .json()
                        .toString())
                .isEqualTo("{\"tokens\":[{\"id\":1766,\"piece\":\"Hello\"}]}");
        assertThat(server.post("/detokenize", "{\"tokens\":[286,9,1766]}")
                        .json()
                        .get("content")
                        .textValue())
                .isEqualTo("user\nHello");
        assertThat(server.post("/apply-template", "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}")
                        .json()
                        .get("prompt")
                        .textValue())
                .contains("<start_of_turn>user\nHello<end_of_turn>");
    }

    @Test
    void speaksLlamaCppsCompletion() {
        String body = "{\"prompt\":\"" + TURN + "\",\"temperature\":0,\"n_predict\":3,\"n_probs\":2";
        JsonNode whole = server.post("/completion", body + "}").json();
        List<TestServer.Event> events =
                server.post("/completion", body + ",\"stream\":true}").events();

        assertThat(whole.get("content").textValue()).isEqualTo("Hello! How");
        assertThat(whole.get("stop_type").textValue()).isEqualTo("limit");
        assertThat(whole.get("tokens_predicted").intValue()).isEqualTo(3);
        assertThat(whole.get("completion_probabilities")).hasSize(3);
        StringBuilder text = new StringBuilder();
        events.forEach(event -> text.append(event.data().get("content").textValue()));
        assertThat(text.toString()).isEqualTo("Hello! How");
        assertThat(events.getLast().data().get("stop").booleanValue()).isTrue();
        assertThat(server.post("/infill", "{\"input_prefix\":\"a\",\"input_suffix\":\"b\"}")
                        .error()
                        .get("message")
                        .textValue())
                .contains("no tokens to fill in");
        JsonNode props = server.get("/props").json();
        assertThat(props.get("default_generation_settings").get("n_ctx").intValue())
                .isEqualTo(1024);
        assertThat(props.toString()).doesNotContain("/home");
        assertThat(props.get("total_slots").intValue()).isEqualTo(128);
        assertThat(props.get("modalities").get("vision").booleanValue()).isTrue();
    }

    @Test
    void timesEachEventWhereThatIsAskedFor() {
        List<TestServer.Event> events = server.post(
                        "/completion",
                        "{\"prompt\":\"" + TURN + "\",\"temperature\":0,\"n_predict\":3,\"stream\":true,"
                                + "\"cache_prompt\":false,\"return_progress\":true,\"timings_per_token\":true}")
                .events();
        List<TestServer.Event> chat = server.post(
                        "/v1/chat/completions",
                        TestServer.HELLO + ",\"max_tokens\":3,\"stream\":true,\"timings_per_token\":true}")
                .events();

        assertThat(events).allMatch(event -> event.data().has("timings"));
        assertThat(events.getFirst().data().at("/timings/predicted_n").intValue())
                .isZero();
        JsonNode second = chat.get(2).data().get("timings");
        assertThat(second.get("predicted_n").intValue()).isEqualTo(2);
        assertThat(second.get("predicted_per_second").doubleValue()).isPositive();
        assertThat(server.get("/metrics").headers().firstValue("process-start-time-unix"))
                .isPresent();
    }

    @Test
    void completesSeveralPromptsOfLlamaCppsForms() {
        JsonNode several = server.post(
                        "/completion",
                        "{\"prompt\":[\"" + TURN + "\",[2,4,286,9,1766,5,9,4,294,9],{\"prompt_string\":\"" + TURN
                                + "\"}],\"temperature\":0,\"n_predict\":3}")
                .json();
        JsonNode mixed = server.post(
                        "/completion",
                        "{\"prompt\":[2,4,286,9,\"Hello\",5,9,4,294,9],\"temperature\":0,\"n_predict\":3}")
                .json();

        assertThat(several).hasSize(3);
        several.forEach(answer -> assertThat(answer.get("content").textValue()).isEqualTo("Hello! How"));
        assertThat(several.get(2).get("index").intValue()).isEqualTo(2);
        assertThat(mixed.get("content").textValue()).isEqualTo("Hello! How");
        assertThat(server.post("/completion", "{\"prompt\":\"a\",\"post_sampling_probs\":true}")
                        .error()
                        .get("param")
                        .textValue())
                .isEqualTo("post_sampling_probs");
        assertThat(server.post("/completion", "{\"prompt\":{\"prompt_string\":\"a\",\"multimodal_data\":[\"b\"]}}")
                        .error()
                        .get("param")
                        .textValue())
                .isEqualTo("prompt.multimodal_data");
    }

    @Test
    void answersWithTheFieldsThatAreWanted() {
        String body = "{\"prompt\":\"" + TURN + "\",\"temperature\":0,\"n_predict\":3,\"ignore_eos\":true,"
                + "\"logit_bias\":[[7,false]],"
                + "\"response_fields\":[\"content\",\"generation_settings/logit_bias\",\"nowhere/at/all\"]";
        JsonNode whole = server.post("/completion", body + "}").json();
        JsonNode last = server.post("/completion", body + ",\"stream\":true}")
                .events()
                .getLast()
                .data();

        assertThat(whole.toString())
                .isEqualTo("{\"content\":\"Hello! How\",\"generation_settings/logit_bias\":"
                        + "[{\"token\":7,\"bias\":null},{\"token\":1,\"bias\":null},{\"token\":5,\"bias\":null}]}");
        assertThat(last.fieldNames()).toIterable().containsExactly("content", "generation_settings/logit_bias");
        assertThat(server.post("/completion", "{\"prompt\":\"a\",\"response_fields\":[1]}")
                        .error()
                        .get("param")
                        .textValue())
                .isEqualTo("response_fields");
    }

    @Test
    @Timeout(60)
    void tellsHowFarAnswersAre() throws IOException, InterruptedException {
        String body = TestServer.HELLO + ",\"stream\":true,\"ignore_eos\":true}";
        JsonNode during;
        try (InputStream stream = server.open("/v1/chat/completions", body)) {
            assertThat(stream.readNBytes(2000)).hasSize(2000);
            during = server.get("/slots").json();
        }

        assertThat(during).hasSize(128);
        JsonNode first = during.get(0);
        assertThat(first.get("is_processing").booleanValue()).isTrue();
        assertThat(first.get("n_prompt_tokens").intValue()).isEqualTo(10);
        assertThat(first.at("/next_token/0/n_decoded").intValue()).isPositive();
        assertThat(during.get(1).toString())
                .isEqualTo("{\"id\":1,\"n_ctx\":1024,\"speculative\":false,\"is_processing\":false}");
        while (server.get("/slots").body().contains("true")) {
            Thread.sleep(10);
        }
    }

    @Test
    void saysWhatIsSwitchedOff() {
        try (TestServer silent = new TestServer(options -> options.slots(false).metrics(false))) {
            assertThat(silent.get("/slots").status()).isEqualTo(501);
            assertThat(silent.get("/metrics").error().get("type").textValue()).isEqualTo("not_supported_error");
        }
    }
}
