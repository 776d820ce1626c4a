package io.jgemma.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers that are kept in a form: schemas, grammars, choices, and calls that a client insists on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FormsTest {
    private static final String PATH = "/v1/chat/completions";
    private static final String ASK =
            "\"temperature\":0,\"max_tokens\":120,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]";
    private static final String METADATA =
            "{\"type\":\"function\",\"function\":{\"name\":\"save_conversation_metadata\",\"strict\":true,"
                    + "\"parameters\":{\"type\":\"object\",\"required\":[\"title\",\"icon\"],\"additionalProperties\":false,"
                    + "\"properties\":{\"title\":{\"type\":\"string\",\"maxLength\":20},\"icon\":{\"type\":\"string\",\"maxLength\":4}}}}}";

    private final TestServer server = new TestServer();

    @AfterAll
    void stop() {
        server.close();
    }

    private String content(String fields) {
        return server.post(PATH, "{" + ASK + "," + fields + "}")
                .json()
                .get("choices")
                .get(0)
                .get("message")
                .get("content")
                .textValue();
    }

    @Test
    void keepsJsonInASchema() {
        String schema = "{\"type\":\"object\",\"required\":[\"n\",\"b\"],\"additionalProperties\":false,"
                + "\"properties\":{\"n\":{\"enum\":[1,2]},\"b\":{\"type\":\"boolean\"}}}";
        for (String form : new String[] {
            "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"strict\":true,\"schema\":"
                    + schema + "}}",
            "\"guided_json\":" + schema,
            "\"json_schema\":" + schema
        }) {
            JsonNode json = TestServer.read(content(form));
            assertThat(json.get("n").isInt()).isTrue();
            assertThat(json.get("b").isBoolean()).isTrue();
            assertThat(json).hasSize(2);
        }
    }

    @Test
    void keepsChoicesPatternsAndGrammars() {
        assertThat(content("\"guided_choice\":[\"red\",\"blue\"]")).isIn("red", "blue");
        assertThat(content("\"guided_regex\":\"[0-9]{3}\"")).matches("[0-9]{3}");
        assertThat(content("\"grammar\":\"root ::= \\\"yes\\\" | \\\"no\\\"\"")).isIn("yes", "no");
        assertThat(server.post("/completion", "{\"prompt\":\"a\",\"grammar\":\"root ::= \\\"yes\\\"\"}")
                        .json()
                        .get("content")
                        .textValue())
                .isEqualTo("yes");
    }

    @Test
    void callsTheToolThatIsAskedFor() {
        FlowDownReader reader = FlowDownReader.read(server.post(
                        PATH,
                        "{" + ASK + ",\"stream\":true,\"tools\":[" + METADATA
                                + "],\"tool_choice\":{\"type\":\"function\",\"function\":"
                                + "{\"name\":\"save_conversation_metadata\"}}}")
                .body());

        assertThat(reader.calls()).hasSize(1);
        assertThat(reader.calls().getFirst().name.toString()).isEqualTo("save_conversation_metadata");
        JsonNode arguments = TestServer.read(reader.calls().getFirst().arguments.toString());
        assertThat(arguments.get("title").isTextual()).isTrue();
        assertThat(arguments.get("icon").isTextual()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"grammar\":\"root ::= (\"|grammar",
                "\"guided_regex\":\"(\"|guided_regex",
                "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{\"type\":\"no such\"}}}|response_format",
                "\"response_format\":{\"type\":\"xml\"}|response_format",
                "\"guided_choice\":[]|guided_choice",
                "\"guided_regex\":\"a\",\"guided_choice\":[\"a\"]|guided_choice"
            })
    void refusesFormsThatCannotBeKept(String fields, String param) {
        TestServer.Answer answer = server.post(PATH, "{" + ASK + "," + fields + "}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().get("param").textValue()).isEqualTo(param);
    }
}
