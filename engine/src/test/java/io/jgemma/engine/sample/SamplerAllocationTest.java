package io.jgemma.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SamplerAllocationTest {
    private static final int VOCABULARY = 4000;
    private static final int TOKENS = 200;
    private static final int BYTES_OF_SMALLEST_OBJECT = 16;

    static Stream<SamplerOptions> options() {
        SamplerOptions gemma3 =
                SamplerOptions.builder().topK(64).topP(0.95f).build().withSeed(1);
        SamplerOptions off = gemma3.withTopK(0).withTopP(1);
        return Stream.of(
                SamplerOptions.greedy(),
                gemma3,
                off,
                off.withTopP(0.9f),
                off.withTypicalP(0.9f),
                off.withMinP(0.1f),
                gemma3.withTopK(1000)
                        .withTypicalP(0.9f)
                        .withMinP(0.01f)
                        .withRepeatPenalty(1.2f)
                        .withPresencePenalty(0.1f)
                        .withFrequencyPenalty(0.1f)
                        .withLogitBias(Map.of(7, 1f, 8, Float.NEGATIVE_INFINITY)),
                off.withRepeatPenalty(1.2f).withRepeatLastN(-1));
    }

    @ParameterizedTest
    @MethodSource("options")
    void aTokenAllocatesNothing(SamplerOptions options) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().threadId();
        Sampler sampler = Sampler.of(options, VOCABULARY);
        MemorySegment logits = TestLogits.segment(TestLogits.gaussian(VOCABULARY, 3, 9));
        long[] mask = TestLogits.mask(VOCABULARY, allowed -> allowed.clear(100, 200));
        choose(sampler, logits, mask);
        threads.getThreadAllocatedBytes(thread);

        long before = threads.getThreadAllocatedBytes(thread);
        choose(sampler, logits, mask);
        long allocated = threads.getThreadAllocatedBytes(thread) - before;

        assertThat(allocated).isLessThan(TOKENS * BYTES_OF_SMALLEST_OBJECT);
    }

    private static void choose(Sampler sampler, MemorySegment logits, long[] mask) {
        for (int i = 0; i < TOKENS; i++) {
            sampler.accept(sampler.sample(logits));
            sampler.accept(sampler.sample(logits, mask));
        }
    }
}
