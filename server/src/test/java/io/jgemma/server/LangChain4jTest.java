package io.jgemma.server;

import static io.jgemma.server.TestServer.GREETING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** LangChain4j's module for OpenAI. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LangChain4jTest {
    private final TestServer server = new TestServer();
    private final String url = server.server().address() + "/v1";

    @AfterAll
    void stop() {
        server.close();
    }

    private OpenAiChatModel model() {
        return OpenAiChatModel.builder()
                .baseUrl(url)
                .apiKey("none")
                .modelName("demo")
                .temperature(0.0)
                .maxRetries(0)
                .build();
    }

    private ChatResponse stream(ChatRequest request) {
        CompletableFuture<ChatResponse> response = new CompletableFuture<>();
        OpenAiStreamingChatModel.builder()
                .baseUrl(url)
                .apiKey("none")
                .modelName("demo")
                .temperature(0.0)
                .build()
                .chat(request, new StreamingChatResponseHandler() {
                    @Override
                    public void onPartialResponse(String text) {}

                    @Override
                    public void onCompleteResponse(ChatResponse complete) {
                        response.complete(complete);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        response.completeExceptionally(failure);
                    }
                });
        return response.join();
    }

    private static ChatRequest ask(String text, ToolSpecification... tools) {
        return ChatRequest.builder()
                .messages(UserMessage.from(text))
                .toolSpecifications(tools)
                .build();
    }

    @Test
    void chatsAndStreams() {
        assertThat(model().chat("Hello")).isEqualTo(GREETING);
        ChatResponse response = stream(ask("Hello"));
        assertThat(response.aiMessage().text()).isEqualTo(GREETING);
        assertThat(response.metadata().tokenUsage().inputTokenCount()).isEqualTo(10);
    }

    @Test
    void callsTools() {
        ToolSpecification tool = ToolSpecification.builder()
                .name("get_weather")
                .description("Get the weather forecast.")
                .parameters(JsonObjectSchema.builder()
                        .addStringProperty("city")
                        .addIntegerProperty("days")
                        .required("city", "days")
                        .build())
                .build();

        ToolExecutionRequest whole = model().chat(ask(TestServer.WEATHER, tool))
                .aiMessage()
                .toolExecutionRequests()
                .getFirst();
        ToolExecutionRequest streamed = stream(ask(TestServer.WEATHER, tool))
                .aiMessage()
                .toolExecutionRequests()
                .getFirst();

        assertThat(whole.arguments()).isEqualTo("{\"city\":\"Paris\",\"days\":3}");
        assertThat(streamed.name()).isEqualTo("get_weather");
        assertThat(streamed.arguments()).isEqualTo("{\"city\":\"Paris\",\"days\":3}");
        assertThat(streamed.id()).startsWith("call_").hasSize(29);
    }

    @Test
    void embedsAndKnowsErrors() {
        OpenAiEmbeddingModel embeddings = OpenAiEmbeddingModel.builder()
                .baseUrl(url)
                .apiKey("none")
                .modelName("demo")
                .maxRetries(0)
                .build();

        assertThat(embeddings.embed("A river").content().vector()).isNotEmpty();
        assertThatThrownBy(() -> model().chat("word ".repeat(3000))).isInstanceOf(InvalidRequestException.class);
    }
}
