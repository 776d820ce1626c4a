package io.jgemma.server;

import static io.jgemma.server.TestServer.GREETING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseInputImage;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseStreamEvent;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** OpenAI's own client for Java, whose accumulators insist on the form of streams. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenAiJavaTest {
    private final TestServer server = new TestServer();
    private final OpenAIClient client = OpenAIOkHttpClient.builder()
            .baseUrl(server.server().address() + "/v1")
            .apiKey("none")
            .maxRetries(0)
            .build();

    @AfterAll
    void stop() {
        client.close();
        server.close();
    }

    private static ChatCompletionCreateParams.Builder ask(String text) {
        return ChatCompletionCreateParams.builder()
                .model("demo")
                .addUserMessage(text)
                .temperature(0.0);
    }

    @Test
    void chats() {
        ChatCompletion completion =
                client.chat().completions().create(ask("Hello").build()).validate();

        assertThat(completion.choices().getFirst().message().content()).contains(GREETING);
        assertThat(completion.usage().orElseThrow().promptTokens()).isEqualTo(10);
    }

    @Test
    void streamsWithUsage() {
        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        ChatCompletionCreateParams params = ask("Hello")
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build();

        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params)) {
            stream.stream().forEach(chunk -> accumulator.accumulate(chunk.validate()));
        }

        ChatCompletion completion = accumulator.chatCompletion();
        assertThat(completion.choices().getFirst().message().content()).contains(GREETING);
        assertThat(completion.usage().orElseThrow().completionTokens()).isPositive();
    }

    private static String star() {
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(ImagesTest.star());
    }

    @Test
    void showsPictures() {
        ChatCompletionContentPart image = ChatCompletionContentPart.ofImageUrl(ChatCompletionContentPartImage.builder()
                .imageUrl(ChatCompletionContentPartImage.ImageUrl.builder()
                        .url(star())
                        .build())
                .build());
        ChatCompletionContentPart question = ChatCompletionContentPart.ofText(ChatCompletionContentPartText.builder()
                .text(ImagesTest.QUESTION)
                .build());
        ChatCompletionCreateParams params = ChatCompletionCreateParams.builder()
                .model("demo")
                .addUserMessageOfArrayOfContentParts(List.of(image, question))
                .temperature(0.0)
                .build();

        ChatCompletion completion = client.chat().completions().create(params).validate();

        assertThat(completion.choices().getFirst().message().content()).contains(ImagesTest.ANSWER);
        assertThat(completion.usage().orElseThrow().promptTokens()).isGreaterThan(16);
    }

    @Test
    void showsPicturesToResponses() {
        ResponseInputItem message = ResponseInputItem.ofMessage(ResponseInputItem.Message.builder()
                .role(ResponseInputItem.Message.Role.USER)
                .addContent(ResponseInputImage.builder()
                        .detail(ResponseInputImage.Detail.AUTO)
                        .imageUrl(star())
                        .build())
                .addInputTextContent(ImagesTest.QUESTION)
                .build());
        ResponseCreateParams params = ResponseCreateParams.builder()
                .model("demo")
                .inputOfResponse(List.of(message))
                .temperature(0.0)
                .build();

        assertThat(client.responses().create(params).validate().toString()).contains(ImagesTest.ANSWER);
    }

    @Test
    void callsTools() {
        FunctionParameters parameters = FunctionParameters.builder()
                .putAdditionalProperty("type", JsonValue.from("object"))
                .putAdditionalProperty("required", JsonValue.from(List.of("city", "days")))
                .putAdditionalProperty(
                        "properties",
                        JsonValue.from(Map.of("city", Map.of("type", "string"), "days", Map.of("type", "integer"))))
                .build();
        ChatCompletionCreateParams params = ask(TestServer.WEATHER)
                .addTool(ChatCompletionFunctionTool.builder()
                        .function(FunctionDefinition.builder()
                                .name("get_weather")
                                .description("Get the weather forecast.")
                                .parameters(parameters)
                                .build())
                        .build())
                .build();
        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();

        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params)) {
            stream.stream().forEach(accumulator::accumulate);
        }

        var call = accumulator
                .chatCompletion()
                .choices()
                .getFirst()
                .message()
                .toolCalls()
                .orElseThrow()
                .getFirst()
                .asFunction();
        assertThat(call.function().name()).isEqualTo("get_weather");
        assertThat(call.function().arguments()).isEqualTo("{\"city\":\"Paris\",\"days\":3}");
    }

    @Test
    void answersResponses() {
        ResponseCreateParams params = ResponseCreateParams.builder()
                .model("demo")
                .input("Hello")
                .temperature(0.0)
                .build();
        ResponseAccumulator accumulator = ResponseAccumulator.create();

        Response whole = client.responses().create(params).validate();
        try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(params)) {
            stream.stream().forEach(event -> accumulator.accumulate(event.validate()));
        }

        assertThat(text(whole)).isEqualTo(GREETING);
        assertThat(text(accumulator.response())).isEqualTo(GREETING);
    }

    private static String text(Response response) {
        return response.output()
                .getFirst()
                .asMessage()
                .content()
                .getFirst()
                .asOutputText()
                .text();
    }

    @Test
    void embedsAndLists() {
        var embeddings = client.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model("demo")
                        .input("A river")
                        .build());

        assertThat(embeddings.data().getFirst().embedding()).isNotEmpty();
        assertThat(client.models().list().data().getFirst().validate().id()).isEqualTo("demo");
    }

    @Test
    void knowsErrors() {
        assertThatThrownBy(() -> client.chat()
                        .completions()
                        .create(ask("Hello").model("other").build()))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("there is no model 'other'");
        assertThatThrownBy(() -> client.chat()
                        .completions()
                        .create(ask("word ".repeat(3000)).build()))
                .isInstanceOf(BadRequestException.class);
    }
}
