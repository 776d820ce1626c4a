package io.jgemma.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.Session;
import io.jgemma.engine.generation.GenerationHandle;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.model.Architecture;
import io.jgemma.engine.model.Architectures;
import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.sample.SamplerOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every architecture must give, wherever it runs. A new one is found by itself and fails until it has its golden files: a small GGUF
 * ({@code NAME-tiny-q4_0.gguf}) and the logits of an independent engine beside it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ArchitectureContract {

    /** Against another engine. */
    private static final double REFERENCE_BOUND = 1e-5;

    /**
     * Against ourselves. The weights are random, so logits depend little on the text (two texts differ by some 1e-4): a bound
     * far below that is needed to see anything.
     */
    private static final double OWN_BOUND = 1e-7;

    /** Of log-probabilities, where a sequence shares its steps and where not. */
    private static final double SHARED_BOUND = 1e-3;

    private static final double SHARED_QUANTIZED_BOUND = 1e-2;

    @TempDir
    private Path folder;

    /** Where and how models are to run, in words; each test runs once for each architecture and way. */
    protected abstract List<String> ways();

    /** {@code options} for a way. */
    protected abstract EngineOptions running(EngineOptions options, String way);

    private Stream<Arguments> architectures() {
        return Architectures.all().stream()
                .map(Architecture::name)
                .flatMap(name -> ways().stream().map(way -> Arguments.of(name, way)));
    }

    private EngineOptions options(String name, String way) {
        String golden = name + "-tiny-q4_0.gguf";
        Path file = folder.resolve(golden);
        if (!Files.exists(file)) {
            try (InputStream in = Objects.requireNonNull(
                    ArchitectureContract.class.getResourceAsStream("/golden/" + golden),
                    () -> "architecture " + name + " has no golden file")) {
                Files.copy(in, file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return running(EngineOptions.of(file), way);
    }

    private static JsonNode golden(String name) {
        return Golden.resource(name + "-tiny-q4_0.json");
    }

    private static Map<Integer, float[]> logits(Session session, int[] tokens, int... positions) {
        Map<Integer, float[]> seen = new HashMap<>();
        session.evaluate(
                tokens,
                i -> Arrays.stream(positions).anyMatch(p -> p == i),
                (i, values) -> seen.put(i, values.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)));
        return seen;
    }

    private static float[] lastLogits(Session session, int[] tokens) {
        return logits(session, tokens, tokens.length - 1).get(tokens.length - 1);
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void logitsAreTheReferences(String name, String way) {
        JsonNode golden = golden(name);
        int[] tokens = Golden.ints(golden.get("tokens"));
        int middle = golden.get("logits_middle_position").asInt();
        for (QuantType type : List.of(QuantTypes.F32, QuantTypes.F16)) {
            try (Engine engine = Engine.open(options(name, way).withKvTypes(type, type));
                    Session session = engine.newSession()) {
                Map<Integer, float[]> seen = logits(session, tokens, middle, tokens.length - 1);
                assertThat(Golden.nmse(seen.get(middle), Golden.floats(golden.get("logits_middle_f32_base64"))))
                        .isLessThan(REFERENCE_BOUND);
                assertThat(Golden.nmse(
                                seen.get(tokens.length - 1), Golden.floats(golden.get("logits_last_f32_base64"))))
                        .isLessThan(REFERENCE_BOUND);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void brainFloatKvIsNearlyAsGood(String name, String way) {
        JsonNode golden = golden(name);
        try (Engine engine = Engine.open(options(name, way).withKvTypes(QuantTypes.BF16, QuantTypes.BF16));
                Session session = engine.newSession()) {
            float[] last = lastLogits(session, Golden.ints(golden.get("tokens")));
            assertThat(Golden.nmse(last, Golden.floats(golden.get("logits_last_f32_base64"))))
                    .isLessThan(1e-4);
        }
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void chunksDoNotMatter(String name, String way) {
        int[] tokens = Golden.ints(golden(name).get("tokens"));
        float[] whole = null;
        for (int chunk : new int[] {512, 64, 7, 1}) {
            try (Engine engine = Engine.open(options(name, way).withBatchTokens(2048, chunk));
                    Session session = engine.newSession()) {
                float[] last = lastLogits(session, tokens);
                whole = whole == null ? last : whole;
                assertThat(Golden.nmse(last, whole)).as("chunks of %d", chunk).isLessThan(OWN_BOUND);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void interleavedSequencesAreEachAsAlone(String name, String way) {
        int[] one = Golden.ints(golden(name).get("tokens"));
        int[] two = new int[one.length];
        for (int i = 0; i < two.length; i++) {
            two[i] = one[one.length - 1 - i];
        }
        try (Engine engine = Engine.open(options(name, way))) {
            float[] oneAlone = lastLogits(engine.newSession(), one);
            float[] twoAlone = lastLogits(engine.newSession(), two);
            Session a = engine.newSession();
            Session b = engine.newSession();
            float[] lastOfA = {};
            float[] lastOfB = {};
            for (int from = 0; from < one.length; from += 13) {
                int to = Math.min(from + 13, one.length);
                lastOfA = lastLogits(a, Arrays.copyOfRange(one, from, to));
                lastOfB = lastLogits(b, Arrays.copyOfRange(two, from, to));
            }
            assertThat(Golden.nmse(lastOfA, oneAlone)).isLessThan(OWN_BOUND);
            assertThat(Golden.nmse(lastOfB, twoAlone)).isLessThan(OWN_BOUND);
            assertThat(Golden.nmse(oneAlone, twoAlone)).as("the two differ").isGreaterThan(1e-4);
        }
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void greedyTokensAreTheReferences(String name, String way) {
        JsonNode golden = golden(name);
        int[] greedy = Golden.ints(golden.get("greedy"));
        try (Engine engine = Engine.open(options(name, way));
                Session session = engine.newSession()) {
            GenerationRequest request = GenerationRequest.of(new Prompt.Tokens(Golden.ints(golden.get("tokens"))))
                    .withSampling(SamplerOptions.greedy())
                    .withMaxTokens(greedy.length)
                    .withIgnoreEnd(true);
            GenerationResult result = session.generate(request, event -> {});
            assertThat(result.ids()).isEqualTo(greedy);
        }
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void aSharedPrefixIsReusedAndGivesTheSame(String name, String way) {
        int[] tokens = Golden.ints(golden(name).get("tokens"));
        int[] other = tokens.clone();
        Arrays.fill(other, 100, other.length, tokens[3]);
        GenerationRequest request = GenerationRequest.of(new Prompt.Tokens(tokens))
                .withSampling(SamplerOptions.greedy())
                .withMaxTokens(8)
                .withIgnoreEnd(true);
        try (Engine engine = Engine.open(options(name, way))) {
            int[] fresh = engine.submit(request).join().ids();
            engine.forgetPrefixes();
            Session session = engine.newSession();
            session.evaluate(other, i -> false, (i, values) -> {});
            GenerationResult reused = session.generate(request, event -> {});
            assertThat(reused.timings().cachedTokens()).isEqualTo(100);
            assertThat(reused.ids()).isEqualTo(fresh);
        }
    }

    /** Embeddings of tokens, in the scale of the residual stream, as blocks of so many rows. */
    private static InputRows embedded(Engine engine, int[] tokens, int from, int to, int rowsOfABlock) {
        GgufTensor table = engine.file().tensor("token_embd.weight");
        int hidden = engine.spec().hidden();
        float scale = engine.spec().architecture().startsWith("gemma") ? (float) Math.sqrt(hidden) : 1;
        int[] ids = tokens.clone();
        List<InputRows.Block> blocks = new ArrayList<>();
        for (int first = from; first < to; first += rowsOfABlock) {
            int rows = Math.min(rowsOfABlock, to - first);
            float[] values = new float[rows * hidden];
            for (int r = 0; r < rows; r++) {
                long bytes = table.type().bytes(hidden);
                table.type().decode(table.data(), tokens[first + r] * bytes, values, r * hidden, hidden);
            }
            for (int i = 0; i < values.length; i++) {
                values[i] *= scale;
            }
            System.arraycopy(InputRows.blockIds(new byte[] {(byte) first}, rows), 0, ids, first, rows);
            blocks.add(new InputRows.Block(first, rows, () -> MemorySegment.ofArray(values)));
        }
        return new InputRows(ids, blocks);
    }

    private static float[] logits(Session session, InputRows input, int row) {
        Map<Integer, float[]> seen = new HashMap<>();
        session.evaluate(
                input, i -> i == row, (i, values) -> seen.put(i, values.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)));
        return seen.get(row);
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void embeddingsOfTokensGiveTheTokensLogits(String name, String way) {
        int[] tokens = Golden.ints(golden(name).get("tokens"));
        try (Engine engine = Engine.open(options(name, way))) {
            float[] whole = lastLogits(engine.newSession(), tokens);
            InputRows rows = embedded(engine, tokens, 10, tokens.length - 10, 1);
            assertThat(Golden.nmse(logits(engine.newSession(), rows, tokens.length - 1), whole))
                    .isLessThan(OWN_BOUND);
        }
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void rowsOfABlockSeeEachOtherHoweverAPromptIsCut(String name, String way) {
        int[] tokens = Golden.ints(golden(name).get("tokens"));
        float[] whole = null;
        for (int chunk : new int[] {512, 45, 20}) {
            try (Engine engine = Engine.open(options(name, way).withBatchTokens(64, chunk))) {
                InputRows rows = embedded(engine, tokens, tokens.length - 45, tokens.length - 5, 20);
                int first = tokens.length - 25;
                float[] firstOfBlock = logits(engine.newSession(), rows, first);
                if (whole == null) {
                    whole = firstOfBlock;
                    // Random weights: what a text says matters little, but much more than how it is cut.
                    float[] seesNothing =
                            logits(engine.newSession(), tokens, first).get(first);
                    assertThat(Golden.nmse(firstOfBlock, seesNothing)).isGreaterThan(10 * OWN_BOUND);
                }
                assertThat(Golden.nmse(firstOfBlock, whole))
                        .as("steps of %d rows", chunk)
                        .isLessThan(OWN_BOUND);
            }
        }
    }

    /** A request of its own: a part of the golden tokens, so that no two begin alike. */
    private static GenerationRequest shared(int[] tokens, int number, int length, int answer) {
        int[] ids = new int[length];
        for (int i = 0; i < length; i++) {
            ids[i] = tokens[(number * 5 + i) % tokens.length];
        }
        return GenerationRequest.of(new Prompt.Tokens(ids)).toBuilder()
                .sampling(SamplerOptions.greedy())
                .maxTokens(answer)
                .ignoreEnd(true)
                .topLogprobs(1)
                .build();
    }

    /** Quantized K and V depend a little on how a prompt is cut, and that on who shares the steps. */
    private static void requireSame(GenerationResult together, GenerationResult alone, double bound, String what) {
        for (int i = 0; i < together.ids().length && together.ids()[i] == alone.ids()[i]; i++) {
            assertThat(together.logprobs().get(i).chosen().logprob())
                    .as("%s, token %d", what, i)
                    .isCloseTo(alone.logprobs().get(i).chosen().logprob(), Offset.offset(bound));
        }
    }

    private static void compareWithAlone(Engine engine, int[] tokens, int sequences, int length, double bound) {
        List<GenerationResult> alone = new ArrayList<>();
        for (int i = 0; i < sequences; i++) {
            alone.add(engine.submit(shared(tokens, i, length + i % 3, 2)).join());
            engine.forgetPrefixes();
        }
        long before = engine.status().steps();
        List<GenerationHandle> together = new ArrayList<>();
        for (int i = 0; i < sequences; i++) {
            together.add(engine.submit(shared(tokens, i, length + i % 3, 2)));
        }
        for (int i = 0; i < sequences; i++) {
            requireSame(together.get(i).join(), alone.get(i), bound, "sequence " + i + " of " + sequences);
        }
        assertThat(engine.status().steps() - before).as("steps were shared").isLessThan(3L * sequences);
        engine.forgetPrefixes();
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void sequencesThatShareStepsAreEachAsAlone(String name, String way) {
        int[] tokens = Golden.ints(golden(name).get("tokens"));
        // No step is too long, so that prompts are not cut by a clock.
        EngineOptions whole = options(name, way).toBuilder().stepMillis(600_000).build();
        try (Engine engine = Engine.open(whole)) {
            compareWithAlone(engine, tokens, 2, sharedTokens(tokens.length), SHARED_BOUND);
            compareWithAlone(engine, tokens, 32, 4, SHARED_BOUND);
        }
        try (Engine engine = Engine.open(whole.withKvTypes(QuantTypes.Q4_0, QuantTypes.Q4_0))) {
            compareWithAlone(engine, tokens, 3, sharedTokens(tokens.length), SHARED_QUANTIZED_BOUND);
        }
    }

    /** Tokens of the longest prompts that share steps; past the window where a way is fast enough. */
    protected int sharedTokens(int goldenTokens) {
        return Math.min(40, goldenTokens);
    }
}
