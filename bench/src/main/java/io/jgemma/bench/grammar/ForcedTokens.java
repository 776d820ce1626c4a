package io.jgemma.bench.grammar;

import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.chat.ToolDefinition;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.grammar.Grammar;
import io.jgemma.engine.grammar.Grammars;
import io.jgemma.engine.grammar.ToolGrammar;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.engine.sample.TokenConstraint;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What feeding certain tokens together saves, and which share of the time constraints take: {@code ForcedTokens MODEL|demo REPORT [SYNTAX]}. A call of one
 * tool with three arguments of long names, four times with certain tokens in one slice and four times one by one, alternating; then answers of 64 tokens in
 * a JSON schema with free strings.
 */
public final class ForcedTokens {
    private static final int CONTEXT_TOKENS = 512;
    private static final int ROUNDS = 4;
    private static final int CALLS = 4;
    private static final SamplerOptions SAMPLED =
            SamplerOptions.builder().topK(64).topP(0.95f).build().withTemperature(1);
    private static final String JSON_SCHEMA =
            "{\"type\":\"object\",\"properties\":{\"title\":{\"type\":\"string\"},\"year\":{\"type\":\"integer\"},"
                    + "\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"maxLength\":30}}},"
                    + "\"required\":[\"title\",\"year\",\"tags\"],\"additionalProperties\":false}";

    private final Engine engine;
    private final Grammars grammars;
    private final PrintWriter report;

    private ForcedTokens(Engine engine, PrintWriter report) {
        this.engine = engine;
        this.report = report;
        grammars = Grammars.of(engine.tokenizer(), engine.spec().vocabulary());
    }

    /** See the class. */
    public static void main(String[] args) throws IOException {
        if (args.length < 2 || args.length > 3) {
            throw new IllegalArgumentException(
                    "expected a model's file or 'demo', the file of the report, and perhaps a syntax of calls");
        }
        EngineOptions options = args[0].equals("demo")
                ? EngineOptions.embedded()
                : EngineOptions.of(Path.of(args[0])).withContextTokens(CONTEXT_TOKENS);
        try (Engine engine = Engine.open(options);
                PrintWriter report = new PrintWriter(Files.newBufferedWriter(Path.of(args[1])))) {
            ForcedTokens bench = new ForcedTokens(engine, report);
            bench.calls(args.length > 2 ? args[2] : engine.toolSyntax());
            bench.shares();
        }
    }

    private void calls(String syntax) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("set_conversation_title", Map.of("type", "string", "maxLength", 40));
        properties.put("preferred_language_code", Map.of("enum", List.of("en", "de", "fr")));
        properties.put("is_archived_conversation", Map.of("type", "boolean"));
        ToolDefinition tool = new ToolDefinition(
                "update_conversation_settings",
                "",
                Map.of("type", "object", "properties", properties, "required", List.copyOf(properties.keySet())));
        TokenConstraint call = grammars.constraint(Grammar.ofTools(new ToolGrammar(
                syntax, List.of(new ToolGrammar.Tool(tool, true)), new ToolGrammar.Choice.Named(tool.name()), false)));
        for (int round = 0; round < ROUNDS; round++) {
            time("fed together", call);
            time("one by one", new OneByOne(call));
        }
    }

    private void time(String way, TokenConstraint call) {
        long steps = engine.status().steps();
        long begin = System.nanoTime();
        int tokens = 0;
        for (int seed = 0; seed < CALLS; seed++) {
            tokens += answer("Rename this chat.\n", call, SAMPLED.withSeed(seed), 120)
                    .ids()
                    .length;
        }
        report.printf(
                "%s: %d tokens in %d steps, %.0f ms%n",
                way, tokens, engine.status().steps() - steps, (System.nanoTime() - begin) / 1e6);
    }

    private void shares() {
        TokenConstraint json = grammars.constraint(Grammar.ofJsonSchema(JSON_SCHEMA));
        for (int round = 0; round < ROUNDS; round++) {
            for (SamplerOptions sampling : List.of(SamplerOptions.greedy(), SAMPLED.withSeed(round))) {
                long[] nanos = new long[1];
                long begin = System.nanoTime();
                GenerationResult result = answer("A book in JSON:\n", new Timed(json, nanos), sampling, 64);
                double all = System.nanoTime() - begin;
                report.printf(
                        "temperature %.0f: %d tokens, constraint %.2f%% of the time, %.1f us a token%n",
                        sampling.temperature(),
                        result.ids().length,
                        100 * nanos[0] / all,
                        nanos[0] / 1e3 / result.ids().length);
            }
        }
    }

    private GenerationResult answer(String prompt, TokenConstraint constraint, SamplerOptions sampling, int tokens) {
        return engine.submit(GenerationRequest.text(prompt).toBuilder()
                        .constraint(constraint)
                        .sampling(sampling)
                        .maxTokens(tokens)
                        .build())
                .join();
    }

    /** A constraint that does not tell which tokens are certain. */
    private record OneByOne(TokenConstraint of) implements TokenConstraint {
        @Override
        public void mask(long[] allowed) {
            of.mask(allowed);
        }

        @Override
        public boolean allows(int token) {
            return of.allows(token);
        }

        @Override
        public void accept(int token) {
            of.accept(token);
        }

        @Override
        public boolean complete() {
            return of.complete();
        }

        @Override
        public TokenConstraint fork() {
            return new OneByOne(of.fork());
        }
    }

    /**
     * A constraint that counts the time that it takes.
     *
     * @param nanos [1] added to
     */
    private record Timed(TokenConstraint of, long[] nanos) implements TokenConstraint {
        @Override
        public void mask(long[] allowed) {
            long begin = System.nanoTime();
            of.mask(allowed);
            nanos[0] += System.nanoTime() - begin;
        }

        @Override
        public boolean allows(int token) {
            long begin = System.nanoTime();
            boolean allows = of.allows(token);
            nanos[0] += System.nanoTime() - begin;
            return allows;
        }

        @Override
        public void accept(int token) {
            long begin = System.nanoTime();
            of.accept(token);
            nanos[0] += System.nanoTime() - begin;
        }

        @Override
        public boolean complete() {
            return of.complete();
        }

        @Override
        public TokenConstraint fork() {
            return new Timed(of.fork(), nanos);
        }
    }
}
