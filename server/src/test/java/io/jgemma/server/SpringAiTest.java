package io.jgemma.server;

import static io.jgemma.server.TestServer.GREETING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.document.MetadataMode;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.ai.openai.OpenAiEmbeddingModel;
import org.springframework.ai.openai.OpenAiEmbeddingOptions;
import org.springframework.ai.openai.api.OpenAiApi;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.function.FunctionToolCallback;

/** Spring AI's module for OpenAI, with the JDK's HTTP client, which offers HTTP/2 with each request. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SpringAiTest {
    private final TestServer server = new TestServer();
    private final OpenAiApi api = OpenAiApi.builder()
            .baseUrl(server.server().address().toString())
            .apiKey("none")
            .build();
    private final OpenAiChatModel model = OpenAiChatModel.builder()
            .openAiApi(api)
            .defaultOptions(options().build())
            .build();

    /** What the model asks the tool for. */
    private record Weather(String city, int days) {}

    @AfterAll
    void stop() {
        server.close();
    }

    private static OpenAiChatOptions.Builder options() {
        return OpenAiChatOptions.builder().model("demo").temperature(0.0);
    }

    private static String text(ChatResponse response) {
        return response.getResults().isEmpty()
                ? ""
                : Objects.requireNonNullElse(response.getResult().getOutput().getText(), "");
    }

    private String streamed(Prompt prompt) {
        return String.join(
                "",
                Objects.requireNonNull(model.stream(prompt)
                        .map(SpringAiTest::text)
                        .collectList()
                        .block()));
    }

    @Test
    void chatsAndStreams() {
        ChatResponse response = model.call(new Prompt("Hello"));

        assertThat(text(response)).isEqualTo(GREETING);
        assertThat(response.getMetadata().getUsage().getPromptTokens()).isEqualTo(10);
        assertThat(streamed(new Prompt("Hello"))).isEqualTo(GREETING);
    }

    @Test
    void leavesCallsToTheCaller() {
        Prompt prompt = new Prompt(
                TestServer.WEATHER,
                options()
                        .toolCallbacks(tool(weather -> "sunny"))
                        .internalToolExecutionEnabled(false)
                        .build());

        AssistantMessage.ToolCall whole =
                model.call(prompt).getResult().getOutput().getToolCalls().getFirst();
        List<AssistantMessage.ToolCall> streamed = Objects.requireNonNull(model.stream(prompt)
                .flatMapIterable(ChatResponse::getResults)
                .flatMapIterable(result -> result.getOutput().getToolCalls())
                .collectList()
                .block());

        assertThat(whole.name()).isEqualTo("get_weather");
        assertThat(whole.arguments()).isEqualTo("{\"city\":\"Paris\",\"days\":3}");
        assertThat(streamed).singleElement().satisfies(call -> {
            assertThat(call.name()).isEqualTo(whole.name());
            assertThat(call.arguments()).isEqualTo(whole.arguments());
            assertThat(call.id()).startsWith("call_").hasSize(29);
        });
    }

    /** Spring AI calls the tool itself and asks again with its result. */
    @Test
    void runsToolsToAnAnswer() {
        List<Weather> asked = new CopyOnWriteArrayList<>();
        Prompt prompt = new Prompt(
                new UserMessage(TestServer.WEATHER),
                options()
                        .toolCallbacks(tool(weather -> {
                            asked.add(weather);
                            return "{\"forecast\":\"sunny\"}";
                        }))
                        .maxTokens(64)
                        .build());

        assertThat(text(model.call(prompt))).isNotEmpty();
        assertThat(streamed(prompt)).isNotEmpty();
        assertThat(asked).containsExactly(new Weather("Paris", 3), new Weather("Paris", 3));
    }

    private static ToolCallback tool(Function<Weather, String> call) {
        return FunctionToolCallback.builder("get_weather", call)
                .description("Get the weather forecast.")
                .inputType(Weather.class)
                .inputSchema("""
                        {"type":"object","required":["city","days"],
                         "properties":{"city":{"type":"string"},"days":{"type":"integer"}}}""")
                .build();
    }

    @Test
    void embedsAndKnowsErrors() {
        OpenAiEmbeddingModel embeddings = new OpenAiEmbeddingModel(
                api,
                MetadataMode.NONE,
                OpenAiEmbeddingOptions.builder().model("demo").build());

        assertThat(embeddings.embed("A river")).isNotEmpty();
        assertThatThrownBy(() -> model.call(new Prompt("word ".repeat(3000))))
                .isInstanceOf(NonTransientAiException.class)
                .hasMessageContaining("n_ctx");
    }
}
