package io.jgemma.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.kv.KvPool;
import io.jgemma.engine.kv.KvSequence;
import io.jgemma.engine.model.Architecture;
import io.jgemma.engine.model.Architectures;
import io.jgemma.engine.model.Decoder;
import io.jgemma.engine.model.DecoderContext;
import io.jgemma.engine.model.Stage;
import io.jgemma.engine.model.Weights;
import io.jgemma.engine.nn.Step;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rows of several sequences in one step give what each sequence gives alone: prompts of different lengths beside rows of decode, longer
 * than the windows of layers that have one, with K and V plain and quantized. For every architecture, wherever its layers run.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class MixedStepsContract {
    /** Far below what two texts differ by, see {@link #everySequenceIsAsAlone}: a step of other rows rounds otherwise. */
    private static final double BOUND = 1e-6;

    private static final int MOST_ROWS = 300;

    /** Rows of three sequences in each step. The first two steps fill windows and quantized tiles; the last ones are decode. */
    private static final int[][] STEPS = {{170, 45, 0}, {1, 7, 131}, {30, 1, 1}, {1, 1, 1}, {0, 1, 1}};

    /** Where and how models are to run, in words. */
    protected abstract List<String> ways();

    /** The backends of a way, each with a share of the layers. */
    protected abstract List<Backend> open(String way);

    /** Plain K and V in the first way, quantized ones, whose tiles leave the tail, in every way. */
    private Stream<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (Architecture architecture : Architectures.all()) {
            cases.add(Arguments.of(architecture.name(), ways().getFirst(), QuantTypes.F16));
            for (String way : ways()) {
                cases.add(Arguments.of(architecture.name(), way, QuantTypes.Q4_0));
            }
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everySequenceIsAsAlone(String name, String way, QuantType kv) throws IOException {
        int[] tokens = Golden.ints(Golden.resource(name + "-tiny-q4_0.json").get("tokens"));
        try (Model model = new Model(name, open(way), kv)) {
            List<List<float[]>> mixed = run(model, tokens, 0b111);
            List<List<float[]>> alone = new ArrayList<>();
            for (int s = 0; s < STEPS[0].length; s++) {
                alone.add(run(model, tokens, 1 << s).get(s));
            }
            for (int s = 0; s < alone.size(); s++) {
                assertThat(mixed.get(s)).hasSameSizeAs(alone.get(s));
                for (int i = 0; i < alone.get(s).size(); i++) {
                    assertThat(Golden.nmse(mixed.get(s).get(i), alone.get(s).get(i)))
                            .as("sequence %d, its step %d", s, i)
                            .isLessThan(BOUND);
                }
            }
            assertThat(Golden.nmse(alone.get(0).getLast(), alone.get(1).getLast()))
                    .as("sequences differ")
                    .isGreaterThan(10 * BOUND);
        }
    }

    /** Runs the steps for the sequences in {@code which}: for each, the logits of its last row of each step. */
    private static List<List<float[]>> run(Model model, int[] tokens, int which) {
        List<List<float[]>> logits = new ArrayList<>();
        try (KvSequence a = model.pool.sequence();
                KvSequence b = model.pool.sequence();
                KvSequence c = model.pool.sequence()) {
            List<KvSequence> sequences = List.of(a, b, c);
            sequences.forEach(each -> logits.add(new ArrayList<>()));
            for (int[] step : STEPS) {
                List<Integer> taking = new ArrayList<>();
                for (int s = 0; s < step.length; s++) {
                    if (step[s] > 0 && (which >> s & 1) == 1) {
                        taking.add(s);
                    }
                }
                List<float[]> last = taking.isEmpty() ? List.of() : model.step(sequences, taking, step, tokens);
                for (int i = 0; i < last.size(); i++) {
                    logits.get(taking.get(i)).add(last.get(i));
                }
            }
        }
        return logits;
    }

    /** A model in memory, with all that closes with it. */
    private static final class Model implements AutoCloseable {
        final KvPool pool;
        private final Decoder decoder;
        private final Backend last;
        private final Deque<AutoCloseable> open = new ArrayDeque<>();

        Model(String name, List<Backend> backends, QuantType kv) throws IOException {
            backends.forEach(open::push);
            String golden = name + "-tiny-q4_0.gguf";
            GgufFile file;
            try (InputStream in = MixedStepsContract.class.getResourceAsStream("/golden/" + golden)) {
                file = GgufFile.read(golden, Objects.requireNonNull(in, golden));
            }
            open.push(file);
            Architecture architecture = Architectures.of(file);
            ModelSpec spec = architecture.spec(file);
            int layers = spec.layers().size();
            List<Stage> stages = new ArrayList<>();
            for (int i = 0; i < backends.size(); i++) {
                Weights weights = new Weights(file, backends.get(i), bytes -> {});
                open.push(weights);
                stages.add(new Stage(backends.get(i), weights, layers * (i + 1) / backends.size()));
            }
            KvPlan plan = KvPlan.of(spec, kv, kv, layer -> stageOf(stages, layer));
            decoder = architecture.decoder(new DecoderContext(spec, stages, plan, MOST_ROWS));
            open.push(decoder);
            pool = new KvPool(backends, plan);
            open.push(pool);
            last = backends.getLast();
        }

        private static int stageOf(List<Stage> stages, int layer) {
            int stage = 0;
            while (layer >= stages.get(stage).endLayer()) {
                stage++;
            }
            return stage;
        }

        /** One step for some of the sequences; the logits of the last row of each. */
        List<float[]> step(List<KvSequence> sequences, List<Integer> taking, int[] rows, int[] text) {
            int total = taking.stream().mapToInt(s -> rows[s]).sum();
            int[] tokens = new int[total];
            int[] positions = new int[total];
            int[] logitRows = new int[taking.size()];
            List<KvSpan> spans = new ArrayList<>();
            int row = 0;
            for (int i = 0; i < taking.size(); i++) {
                int s = taking.get(i);
                KvSequence sequence = sequences.get(s);
                sequence.reserve(rows[s]);
                spans.add(KvSpan.causal(row, rows[s], sequence.length(), sequence.tables()));
                for (int r = 0; r < rows[s]; r++, row++) {
                    positions[row] = sequence.length() + r;
                    tokens[row] = text[(positions[row] * (s + 1) + 5 * s) % text.length];
                }
                logitRows[i] = row - 1;
            }
            decoder.forward(Step.of(tokens, positions, spans, logitRows));
            taking.forEach(s -> sequences.get(s).advance(rows[s]));
            Tensor logits = decoder.logits(0, logitRows.length);
            float[] all = last.read(logits).toArray(ValueLayout.JAVA_FLOAT);
            int columns = Math.toIntExact(logits.columns());
            List<float[]> each = new ArrayList<>();
            for (int i = 0; i < logitRows.length; i++) {
                each.add(Arrays.copyOfRange(all, i * columns, (i + 1) * columns));
            }
            return each;
        }

        @Override
        public void close() {
            while (!open.isEmpty()) {
                try {
                    open.pop().close();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
        }
    }
}
