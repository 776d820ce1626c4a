package io.jgemma.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.cpu.CpuBackend;
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
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Decoding a token makes a few small objects for a layer, and none whose size depends on the model. */
class DecodeAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int WARM = 300;
    private static final int MEASURED = 100;

    /** For a layer: less than one row of the smallest of these models, 256 floats. */
    private static final long MOST_BYTES = 1_000;

    @ParameterizedTest
    @CsvSource({"gemma3, auto, F16", "llama, auto, F16", "gemma3, auto, Q4_0"})
    void makesLittleForALayer(String architecture, String kernels, String kv) {
        Path path = Path.of("src/test/resources/golden/" + architecture + "-tiny-q4_0.gguf");
        QuantType type = kv.equals("F16") ? QuantTypes.F16 : QuantTypes.Q4_0;
        Architecture wiring = Architectures.all().stream()
                .filter(each -> each.name().equals(architecture))
                .findFirst()
                .orElseThrow();
        try (GgufFile file = GgufFile.open(path);
                Backend backend = CpuBackend.open(KernelSet.of(kernels), 1);
                Weights weights = new Weights(file, backend, bytes -> {})) {
            ModelSpec spec = wiring.spec(file);
            KvPlan plan = KvPlan.of(spec, type, type);
            Stage stage = new Stage(backend, weights, spec.layers().size());
            try (Decoder decoder = wiring.decoder(new DecoderContext(spec, List.of(stage), plan, 4));
                    KvPool pool = new KvPool(backend, plan);
                    KvSequence sequence = pool.sequence()) {
                decode(decoder, sequence, WARM);
                long bytes = decode(decoder, sequence, MEASURED) / MEASURED;
                assertThat(bytes / spec.layers().size()).as("bytes a layer").isLessThan(MOST_BYTES);
            }
        }
    }

    /** The bytes that the passes allocated, less those of what describes them and of new pages. */
    private static long decode(Decoder decoder, KvSequence sequence, int tokens) {
        long bytes = 0;
        for (int i = 0; i < tokens; i++) {
            int position = sequence.length();
            sequence.reserve(1);
            KvSpan span = KvSpan.causal(0, 1, position, sequence.tables());
            Step step = Step.of(new int[] {5 + i % 50}, new int[] {position}, List.of(span), new int[] {0});
            long before = THREADS.getCurrentThreadAllocatedBytes();
            decoder.forward(step);
            decoder.logits(0, 1);
            bytes += THREADS.getCurrentThreadAllocatedBytes() - before;
            sequence.advance(1);
        }
        return bytes;
    }
}
