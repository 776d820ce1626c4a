package io.jgemma.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.Session;
import io.jgemma.engine.chat.ToolCall;
import io.jgemma.engine.chat.ToolDefinition;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.generation.Speculation;
import io.jgemma.engine.grammar.Grammar;
import io.jgemma.engine.grammar.Grammars;
import io.jgemma.engine.grammar.ToolGrammar;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.engine.sample.TokenConstraint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of the shipped model in forms and as forced calls; {@link FormsLongTest} has many more, of other models too. */
final class FormsTest {
    private static final List<String> SCHEMAS = List.of("""
            {"type":"object","properties":{"name":{"type":"string","maxLength":12},
             "age":{"type":"integer","minimum":0,"maximum":120}},"required":["name","age"],"additionalProperties":false}
            """, """
            {"type":"array","items":{"enum":["red","green","blue"]},"minItems":2,"maxItems":3,"uniqueItems":true}
            """, """
            {"anyOf":[{"type":"string","format":"date"},{"type":"number","multipleOf":0.25,"maximum":9}]}
            """, """
            {"type":"object","properties":{"id":{"type":"string","pattern":"^[a-f0-9]{6}$"},
             "tags":{"type":"array","items":{"type":"string","minLength":1,"maxLength":5},"maxItems":3}},"required":["id"],
             "additionalProperties":false}
            """);
    private static final List<ToolDefinition> TOOLS = List.of(
            new ToolDefinition(
                    "get_weather",
                    "",
                    Map.of(
                            "type",
                            "object",
                            "properties",
                            Map.of(
                                    "city",
                                    Map.of("type", "string"),
                                    "days",
                                    Map.of("type", "integer"),
                                    "more",
                                    Map.of()),
                            "required",
                            List.of("city", "days", "more"))),
            new ToolDefinition("get_time", "", Map.of()));
    private static final int SEEDS = 4;

    private static Engine engine;
    private static Grammars grammars;

    private final AnswersInForms answers = new AnswersInForms();

    @BeforeAll
    static void open() {
        engine = Engine.open(EngineOptions.embedded());
        grammars = Grammars.of(engine.tokenizer(), engine.spec().vocabulary());
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private static GenerationRequest request(Grammar grammar, int seed, int tokens) {
        return GenerationRequest.text("Story " + seed % 3 + ": so it goes").toBuilder()
                .constraint(grammars.constraint(grammar))
                .sampling(SamplerOptions.builder()
                        .topK(64)
                        .topP(0.95f)
                        .build()
                        .withTemperature(1.5f)
                        .withSeed(seed))
                .maxTokens(tokens)
                .build();
    }

    @Test
    void answersKeepTheirSchemas() {
        for (String schema : SCHEMAS) {
            Grammar grammar = Grammar.ofJsonSchema(schema);
            List<GenerationRequest> requests = new ArrayList<>();
            for (int seed = 0; seed < SEEDS; seed++) {
                requests.add(request(grammar, seed, 100));
            }
            long whole = AnswersInForms.all(engine, requests).stream()
                    .filter(result -> answers.isWhole(engine, schema, grammar, result))
                    .count();
            assertThat(whole).as(schema).isPositive();
        }
    }

    @Test
    void anAnswerIsTheSameWithOthersGuessedAndForked() {
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            Grammar grammar = Grammar.ofJsonSchema(SCHEMAS.get(i % SCHEMAS.size()));
            requests.add(request(grammar, i, 40));
        }
        List<int[]> alone =
                requests.stream().map(each -> engine.submit(each).join().ids()).toList();
        List<GenerationRequest> guessed = requests.stream()
                .map(each -> each.toBuilder().speculation(Speculation.NGRAM).build())
                .toList();
        List<GenerationResult> together = AnswersInForms.all(engine, guessed);
        for (int i = 0; i < requests.size(); i++) {
            assertThat(together.get(i).ids()).as("request %d", i).isEqualTo(alone.get(i));
            try (Session session = engine.newSession()) {
                session.evaluate(engine.encode(requests.get(i).prompt()), at -> false, (at, logits) -> {});
                try (Session fork = session.fork()) {
                    assertThat(fork.generate(guessed.get(i), event -> {}).ids())
                            .as("request %d in a fork", i)
                            .isEqualTo(alone.get(i));
                }
            }
        }
    }

    /** However few tokens there are, a forced call ends as a call, if the shortest one fits. */
    @Test
    void forcedCallsEndWithinTheirTokens() {
        for (ToolGrammar.Choice choice :
                List.of(new ToolGrammar.Choice.Required(), new ToolGrammar.Choice.Named("get_weather"))) {
            List<ToolGrammar.Tool> tools =
                    TOOLS.stream().map(tool -> new ToolGrammar.Tool(tool, true)).toList();
            Grammar grammar = Grammar.ofTools(new ToolGrammar(engine.toolSyntax(), tools, choice, true));
            List<GenerationRequest> requests = new ArrayList<>();
            for (int seed = 0; seed < 8; seed++) {
                requests.add(request(grammar, seed, 72 + 8 * seed));
            }
            for (GenerationResult result : AnswersInForms.all(engine, requests)) {
                for (ToolCall call : AnswersInForms.calls(engine, TOOLS, result)) {
                    if (choice instanceof ToolGrammar.Choice.Named(String name)) {
                        assertThat(call.name()).isEqualTo(name);
                    }
                    if (call.name().equals("get_weather")) {
                        assertThat(call.arguments()).containsOnlyKeys("city", "days", "more");
                    }
                }
            }
        }
    }

    /** Whatever is chosen, and however often a further call is begun: with tokens for the longest name and its arguments, calls end. */
    @ParameterizedTest
    @ValueSource(strings = {"gemma", "llama3", "qwen"})
    void callsEndWhateverIsChosen(String family) {
        List<ToolGrammar.Tool> tools =
                TOOLS.stream().map(tool -> new ToolGrammar.Tool(tool, true)).toList();
        TokenConstraint calls = grammars.constraint(
                Grammar.ofTools(new ToolGrammar(family, tools, new ToolGrammar.Choice.Required(), true)));
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            TokenConstraint constraint = calls.fork();
            int limit = 100 + 7 * seed;
            constraint.limit(limit);
            int count = 0;
            OptionalInt next = choice(constraint, random);
            while (next.isPresent()) {
                constraint.accept(next.getAsInt());
                count++;
                count += acceptAll(constraint, constraint.forced());
                count += acceptAll(constraint, constraint.ending()); // what ends it is asked for behind what is forced
                next = choice(constraint, random);
            }
            assertThat(constraint.complete()).as("seed %d", seed).isTrue();
            assertThat(count).as("seed %d", seed).isLessThanOrEqualTo(limit);
        }
    }

    private static int acceptAll(TokenConstraint constraint, int[] tokens) {
        for (int token : tokens) {
            constraint.accept(token);
        }
        return tokens.length;
    }

    /** One of the tokens that may come next, likelier one that is no text; empty if none may, or the answer is complete and seldom goes on. */
    private static OptionalInt choice(TokenConstraint constraint, Random random) {
        long[] allowed = new long[(engine.spec().vocabulary() + 63) / 64];
        constraint.mask(allowed);
        int[] tokens = BitSet.valueOf(allowed).stream().toArray();
        if (tokens.length == 0 || (constraint.complete() && random.nextInt(20) == 0)) {
            return OptionalInt.empty();
        }
        int[] ends = Arrays.stream(tokens)
                .filter(token ->
                        "\n\"'}]),:; ".indexOf((char) engine.tokenizer().pieceBytes(token)[0]) >= 0)
                .toArray();
        int[] from = ends.length > 0 && random.nextInt(3) > 0 ? ends : tokens;
        return OptionalInt.of(from[random.nextInt(from.length)]);
    }
}
