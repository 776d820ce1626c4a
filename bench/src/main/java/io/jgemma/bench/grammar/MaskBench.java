package io.jgemma.bench.grammar;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.bench.grammar.MaskCases.Case;
import io.jgemma.bench.grammar.MaskCases.Instance;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.grammar.Grammar;
import io.jgemma.engine.grammar.Grammars;
import io.jgemma.engine.grammar.spec.GrammarException;
import io.jgemma.engine.sample.TokenConstraint;
import io.jgemma.engine.text.Tokenizer;
import io.jgemma.engine.text.Tokenizers;
import io.jgemma.engine.text.Vocabulary;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Time for a grammar and for each mask, and which schemas pass, on one thread.
 *
 * <pre>
 *   MaskBench prepare MASKBENCH.zip VOCABULARY.gguf FOLDER    writes cases.jsonl and tokens.txt for other engines
 *   MaskBench run MASKBENCH.zip VOCABULARY.gguf RESULT.json [elapsed|processor]   measures
 * </pre>
 *
 * Times are elapsed, with all that the JVM does beside, or processor time of the one thread, which other work on the machine disturbs less. What
 * the JVM spends on collecting garbage is told in both cases.
 *
 * <p>A schema passes when every valid instance is accepted and every invalid one refused.
 */
public final class MaskBench {
    private static final JsonMapper JSON = new JsonMapper();
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** One schema in so many is run before, so that the JVM has compiled what it runs. */
    private static final int WARM_UP = 10;

    private final Grammars grammars;
    private final boolean processor;
    private final long[] allowed;
    private final ObjectNode outcomes = JSON.createObjectNode();
    private final LongStream.Builder compileNanos = LongStream.builder();
    private final LongStream.Builder maskNanos = LongStream.builder();
    private long worstNanos;

    private MaskBench(Grammars grammars, int tokens, boolean processor) {
        this.grammars = grammars;
        this.processor = processor;
        allowed = new long[(tokens + Long.SIZE - 1) / Long.SIZE];
    }

    /** See the class. */
    public static void main(String[] args) throws IOException {
        boolean processor = args.length == 5 && args[4].equals("processor");
        if (args.length < 4
                || args.length > 5
                || !List.of("prepare", "run").contains(args[0])
                || (args.length == 5 && !processor && !args[4].equals("elapsed"))) {
            throw new IllegalArgumentException(
                    "expected: prepare|run MASKBENCH.zip VOCABULARY.gguf OUTPUT [elapsed|processor]");
        }
        Tokenizer tokenizer = tokenizer(Path.of(args[2]));
        List<Case> cases = MaskCases.read(Path.of(args[1]), tokenizer);
        Path output = Path.of(args[3]);
        if (args[0].equals("prepare")) {
            Files.createDirectories(output);
            writeTokens(tokenizer, output.resolve("tokens.txt"));
            writeCases(cases, output.resolve("cases.jsonl"));
        } else {
            int tokens = tokenizer.vocabulary().size();
            Grammars grammars = Grammars.of(tokenizer, tokens);
            MaskBench warmUp = new MaskBench(grammars, tokens, processor);
            for (int i = 0; i < cases.size(); i += WARM_UP) {
                warmUp.run(cases.get(i));
            }
            MaskBench bench = new MaskBench(Grammars.of(tokenizer, tokens), tokens, processor);
            long collected = collectingMillis();
            cases.forEach(bench::run);
            bench.write(output, collectingMillis() - collected);
        }
    }

    private static Tokenizer tokenizer(Path vocabulary) {
        try (GgufFile file = GgufFile.open(vocabulary)) {
            return Tokenizers.of(file.metadata());
        }
    }

    private long now() {
        return processor ? THREADS.getCurrentThreadCpuTime() : System.nanoTime();
    }

    private static long collectingMillis() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .sum();
    }

    private void run(Case one) {
        long begin = now();
        String outcome;
        try {
            Grammar grammar = Grammar.ofJsonSchema(one.schema());
            TokenConstraint constraint = grammars.constraint(grammar);
            compileNanos.add(now() - begin);
            boolean refusedValid = false;
            boolean acceptedInvalid = false;
            for (Instance instance : one.instances()) {
                boolean accepted = accepts(constraint.fork(), instance.tokens());
                refusedValid |= !accepted && instance.valid();
                acceptedInvalid |= accepted && !instance.valid();
            }
            outcome = acceptedInvalid ? "invalid accepted" : refusedValid ? "valid refused" : "pass";
        } catch (GrammarException e) {
            outcome = "not supported";
        }
        worstNanos = Math.max(worstNanos, now() - begin);
        outcomes.put(one.file(), outcome);
    }

    private boolean accepts(TokenConstraint constraint, int[] tokens) {
        for (int token : tokens) {
            long begin = now();
            constraint.mask(allowed);
            maskNanos.add(now() - begin);
            if ((allowed[token >> 6] >>> token & 1) == 0) {
                return false;
            }
            constraint.accept(token);
        }
        return constraint.complete();
    }

    private void write(Path result, long collectingMillis) throws IOException {
        ObjectNode all = JSON.createObjectNode();
        all.set("outcomes", outcomes);
        compileNanos.build().forEach(all.putArray("compile")::add);
        maskNanos.build().forEach(all.putArray("mask")::add);
        all.put("worst", worstNanos);
        all.put("gc", collectingMillis);
        JSON.writeValue(result.toFile(), all);
    }

    /** A line for each token: {@code n} or, for control tokens, {@code c}, then its bytes; first the number of an end token. */
    private static void writeTokens(Tokenizer tokenizer, Path file) throws IOException {
        Vocabulary vocabulary = tokenizer.vocabulary();
        int end = 0;
        while (end < vocabulary.size() - 1 && !vocabulary.isEndOfGeneration(end)) {
            end++;
        }
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write(end + "\n");
            for (int id = 0; id < vocabulary.size(); id++) {
                boolean control = vocabulary.isControl(id) || vocabulary.isEndOfGeneration(id);
                byte[] bytes =
                        control ? vocabulary.piece(id).getBytes(StandardCharsets.UTF_8) : tokenizer.pieceBytes(id);
                out.write((control ? "c" : "n") + HexFormat.of().formatHex(bytes) + "\n");
            }
        }
    }

    private static void writeCases(List<Case> cases, Path file) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (Case one : cases) {
                ObjectNode line = JSON.createObjectNode();
                line.put("file", one.file());
                line.put("schema", one.schema());
                ArrayNode tests = line.putArray("tests");
                for (Instance instance : one.instances()) {
                    ObjectNode test = tests.addObject();
                    test.put("valid", instance.valid());
                    ArrayNode ids = test.putArray("ids");
                    Arrays.stream(instance.tokens()).forEach(ids::add);
                }
                out.write(line + "\n");
            }
        }
    }
}
