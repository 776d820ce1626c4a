package io.jgemma.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.TestModels;
import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.chat.ToolCall;
import io.jgemma.engine.chat.ToolDefinition;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.grammar.Grammar;
import io.jgemma.engine.grammar.Grammars;
import io.jgemma.engine.grammar.ToolGrammar;
import io.jgemma.engine.grammar.spec.GrammarException;
import io.jgemma.engine.sample.SamplerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * MaskBench's schemas as forms of answers and the tools of the Berkeley Function Calling Leaderboard as forced calls, where they and
 * the models are present.
 */
@LongRun
final class FormsLongTest {
    private static final int SCHEMAS = Integer.getInteger("jgemma.forms", 500);
    private static final int SEEDS = 4;
    private static final int TOKENS = 80;
    private static final int CALL_TOKENS = 160;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final AnswersInForms answers = new AnswersInForms();

    /** The schemas of files whose names begin so, in a random order that is always the same. */
    private static List<JsonNode> schemas(String prefix) throws IOException {
        Optional<Path> zip = TestModels.shared("fixtures/maskbench.zip");
        assumeTrue(zip.isPresent(), "MaskBench is not here");
        List<JsonNode> schemas = new ArrayList<>();
        try (ZipFile file = new ZipFile(zip.orElseThrow().toFile())) {
            List<? extends ZipEntry> entries = file.stream()
                    .filter(entry ->
                            Path.of(entry.getName()).getFileName().toString().startsWith(prefix))
                    .filter(entry -> entry.getName().endsWith(".json"))
                    .sorted(Comparator.comparing(ZipEntry::getName))
                    .toList();
            for (ZipEntry entry : entries) {
                JsonNode schema = JSON.readTree(file.getInputStream(entry)).get("schema");
                if (schema != null) {
                    schemas.add(schema);
                }
            }
        }
        Collections.shuffle(schemas, new Random(1));
        return schemas;
    }

    private static Engine open(String name) {
        if (name.equals("demo")) {
            return Engine.open(EngineOptions.embedded());
        }
        Optional<Path> model = TestModels.find(name + ".gguf");
        assumeTrue(model.isPresent(), () -> name + " is not here");
        return Engine.open(
                EngineOptions.of(model.orElseThrow()).withContextTokens(1024).withKernels(KernelSet.of("fast")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "smollm2-135m-instruct-q4_1"})
    void finishedAnswersValidate(String name) throws IOException {
        List<JsonNode> schemas = schemas("");
        try (Engine engine = open(name)) {
            Grammars grammars = Grammars.of(engine.tokenizer(), engine.spec().vocabulary());
            Iterator<JsonNode> left = schemas.iterator();
            Deque<Form> inProgress = new ArrayDeque<>();
            Iterator<GenerationRequest> requests = IntStream.range(0, SEEDS * SCHEMAS)
                    .mapToObj(i -> {
                        inProgress.add(i % SEEDS == 0 ? supported(left) : inProgress.getLast());
                        Grammar grammar = inProgress.getLast().grammar();
                        return request(grammars, grammar, "A short example in JSON:\n", SEEDS + i, TOKENS);
                    })
                    .iterator();
            int[] counts = new int[2];
            AnswersInForms.each(engine, requests, result -> {
                Form form = inProgress.remove();
                counts[0]++;
                counts[1] += answers.isWhole(engine, form.schema(), form.grammar(), result) ? 1 : 0;
                if (counts[0] % (50 * SEEDS) == 0) {
                    System.out.printf("%s: %d answers, %d whole%n", name, counts[0], counts[1]);
                }
            });
            assertThat(counts[0]).isEqualTo(SEEDS * SCHEMAS);
            assertThat(counts[1]).isPositive();
            assertThat(answers.undecided()).isLessThanOrEqualTo(SCHEMAS / 100);
        }
    }

    /** A schema that is supported. */
    private record Form(String schema, Grammar grammar) {}

    private static Form supported(Iterator<JsonNode> schemas) {
        while (true) {
            String schema = schemas.next().toString();
            try {
                return new Form(schema, Grammar.ofJsonSchema(schema));
            } catch (GrammarException e) {
                // Another one takes its place.
            }
        }
    }

    private static GenerationRequest request(Grammars grammars, Grammar grammar, String prompt, int seed, int tokens) {
        return GenerationRequest.text(prompt).toBuilder()
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

    /** A schema of MaskBench's kind for calls: an object with a call's name, or a choice of such. */
    private static List<ToolDefinition> tools(JsonNode schema) {
        Map<String, ToolDefinition> tools = new LinkedHashMap<>();
        Iterable<JsonNode> ways = schema.has("anyOf") ? schema.get("anyOf") : List.of(schema);
        for (JsonNode way : ways) {
            way.path("properties").properties().forEach(entry -> {
                Map<String, Object> parameters = JSON.convertValue(entry.getValue(), new TypeReference<>() {});
                tools.put(entry.getKey(), new ToolDefinition(entry.getKey(), "", parameters));
            });
        }
        return List.copyOf(tools.values());
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "qwen2.5-coder-0.5b-instruct-q4_k_m"})
    void requiredCallsAreCalls(String name) throws IOException {
        forced(name, false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "qwen2.5-coder-0.5b-instruct-q4_k_m"})
    void namedCallsAreOfThatTool(String name) throws IOException {
        forced(name, true);
    }

    private void forced(String name, boolean named) throws IOException {
        List<List<ToolDefinition>> sets = schemas("BFCL_").stream()
                .map(FormsLongTest::tools)
                .filter(tools -> !tools.isEmpty())
                .limit(SCHEMAS)
                .toList();
        assertThat(sets).hasSize(SCHEMAS);
        try (Engine engine = open(name)) {
            Grammars grammars = Grammars.of(engine.tokenizer(), engine.spec().vocabulary());
            List<GenerationRequest> requests = new ArrayList<>();
            List<String> wanted = new ArrayList<>();
            for (List<ToolDefinition> set : sets) {
                String tool = set.get(requests.size() % set.size()).name();
                wanted.add(tool);
                ToolGrammar.Choice choice =
                        named ? new ToolGrammar.Choice.Named(tool) : new ToolGrammar.Choice.Required();
                List<ToolGrammar.Tool> strict = set.stream()
                        .map(each -> new ToolGrammar.Tool(each, true))
                        .toList();
                Grammar grammar = Grammar.ofTools(new ToolGrammar(engine.toolSyntax(), strict, choice, true));
                requests.add(request(grammars, grammar, "Call a function.\n", requests.size(), CALL_TOKENS));
            }
            List<GenerationResult> results = AnswersInForms.all(engine, requests);
            for (int i = 0; i < results.size(); i++) {
                for (ToolCall call : AnswersInForms.calls(engine, sets.get(i), results.get(i))) {
                    check(call, sets.get(i), named ? Optional.of(wanted.get(i)) : Optional.empty());
                }
            }
            System.out.printf("%s: %d of %d answers are calls%n", name, results.size(), sets.size());
        }
    }

    private void check(ToolCall call, List<ToolDefinition> tools, Optional<String> wanted)
            throws JsonProcessingException {
        wanted.ifPresent(name -> assertThat(call.name()).isEqualTo(name));
        ToolDefinition tool = tools.stream()
                .filter(each -> each.name().equals(call.name()))
                .findFirst()
                .orElseThrow();
        answers.assertValid(JSON.writeValueAsString(tool.parameters()), JSON.writeValueAsString(call.arguments()));
    }
}
