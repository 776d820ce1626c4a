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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

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
}
