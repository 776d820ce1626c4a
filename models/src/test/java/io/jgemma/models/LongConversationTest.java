package io.jgemma.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.TestModels;
import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.sample.SamplerOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.StringJoiner;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a client of a chat sends: a long conversation turn by turn, between the turns requests for a title and other conversations, then
 * edited and repeated questions. Each goes on from what was computed before, also where a model's windows have moved on.
 */
final class LongConversationTest {

    private static final int LONG_TOKENS = 3000;

    private static GenerationResult ask(Engine engine, List<ChatMessage> messages) {
        return engine.submit(GenerationRequest.chat(messages)
                        .withSampling(SamplerOptions.greedy())
                        .withMaxTokens(40))
                .join();
    }

    private static int computed(GenerationResult result) {
        return result.promptTokens() - result.cachedTokens();
    }

    /** Words that no other seed gives. */
    private static String page(long seed, int words) {
        Random random = new Random(seed);
        String[] nouns = {"river", "engine", "window", "garden", "letter", "market", "planet", "bridge"};
        StringJoiner page = new StringJoiner(" ");
        for (int i = 0; i < words; i++) {
            page.add(
                    random.nextInt(4) == 0
                            ? Integer.toString(random.nextInt(1000))
                            : nouns[random.nextInt(nouns.length)]);
        }
        return page.toString();
    }

    private static List<ChatMessage> followed(List<ChatMessage> messages, ChatMessage... more) {
        List<ChatMessage> all = new ArrayList<>(messages);
        all.addAll(List.of(more));
        return all;
    }

    @LongRun
    @ParameterizedTest
    @ValueSource(strings = {"F16", "Q4_0"})
    void laterTurnsComputeLittle(String kv) {
        Optional<Path> model = TestModels.find("gemma-3-270m-q4_0.gguf");
        assumeTrue(model.isPresent(), "gemma-3-270m-q4_0 is not here");
        QuantType type = QuantTypes.find(kv).orElseThrow();
        EngineOptions options =
                EngineOptions.of(model.get()).withContextTokens(8192).withKvTypes(type, type);
        try (Engine engine = Engine.open(options)) {
            List<ChatMessage> talk = List.of(
                    ChatMessage.system("You answer questions about pages of the web. " + page(1, 100)),
                    ChatMessage.user("Here is a page: " + page(2, 1800) + "\nWhat is it about?"));
            GenerationResult first = ask(engine, talk);
            assertThat(first.promptTokens()).isGreaterThan(LONG_TOKENS);
            int whole = computed(first);
            talk = followed(talk, ChatMessage.assistant(first.text()), ChatMessage.user("And in one word?"));
            GenerationResult second = ask(engine, talk);
            assertThat(computed(second)).as("second turn").isLessThan(whole / 20);

            ask(engine, List.of(ChatMessage.user("Write a title for this talk: " + page(3, 200))));
            ask(engine, List.of(ChatMessage.system("Another talk."), ChatMessage.user(page(4, 1800))));
            List<ChatMessage> third =
                    followed(talk, ChatMessage.assistant(second.text()), ChatMessage.user("Which numbers are in it?"));
            assertThat(computed(ask(engine, third)))
                    .as("third turn, after a title and another conversation")
                    .isLessThan(whole / 20);
            assertThat(computed(ask(engine, third))).as("the same again").isLessThan(whole / 20);
            List<ChatMessage> edited = followed(
                    talk, ChatMessage.assistant(second.text()), ChatMessage.user("Does it speak of a bridge?"));
            assertThat(computed(ask(engine, edited)))
                    .as("the last question edited")
                    .isLessThan(whole / 10);
        }
    }
}
