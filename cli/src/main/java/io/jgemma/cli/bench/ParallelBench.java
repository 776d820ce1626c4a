package io.jgemma.cli.bench;

import io.jgemma.engine.Engine;
import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.GenerationHandle;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.engine.text.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Several sequences at once, through the engine's own scheduler. Prompts are random tokens, of which no two begin alike; answers are greedy and go on
 * past the model's end token.
 */
final class ParallelBench {
    private static final long SEED = 20_240_501L;
    private static final int STREAM_TOKENS = 16;

    private final Engine engine;
    private final String kernels;
    private final Vocabulary vocabulary;
    private final int tokens;
    private final RandomGenerator random =
            RandomGeneratorFactory.of("SplittableRandom").create(SEED);

    ParallelBench(Engine engine, String kernels) {
        this.engine = engine;
        this.kernels = kernels;
        vocabulary = engine.tokenizer().vocabulary();
        tokens = Math.min(vocabulary.size(), engine.spec().vocabulary());
    }

    private GenerationRequest request(int promptTokens, int answerTokens) {
        int[] ids = random.ints(promptTokens, 0, tokens).toArray();
        if (vocabulary.addBos()) {
            ids[0] = vocabulary.bosId();
        }
        return GenerationRequest.of(new Prompt.Tokens(ids)).toBuilder()
                .sampling(SamplerOptions.greedy())
                .maxTokens(answerTokens)
                .ignoreEnd(true)
                .build();
    }

    /** Reads {@code sequences} prompts and generates behind each. The first token of an answer comes with its prompt, so one more is generated. */
    ParallelResult run(int promptTokens, int answerTokens, int sequences) {
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < sequences; i++) {
            requests.add(request(promptTokens, answerTokens + 1));
        }
        long start = System.nanoTime();
        List<GenerationHandle> handles = requests.stream().map(engine::submit).toList();
        List<CompletableFuture<Long>> read =
                handles.stream().map(ParallelBench::firstToken).toList();
        long prompted = read.stream().mapToLong(CompletableFuture::join).max().orElse(start);
        handles.forEach(GenerationHandle::join);
        long end = System.nanoTime();
        engine.forgetPrefixes();
        return new ParallelResult(kernels, promptTokens, answerTokens, sequences, prompted - start, end - prompted);
    }

    /** When the first token of an answer came. */
    private static CompletableFuture<Long> firstToken(GenerationHandle handle) {
        return CompletableFuture.supplyAsync(
                () -> {
                    for (GenerationEvent event : handle) {
                        if (event instanceof GenerationEvent.Token) {
                            break;
                        }
                    }
                    return System.nanoTime();
                },
                work -> Thread.ofVirtual().start(work));
    }

    /** Times between two tokens of each of several streams, in nanoseconds and ascending, while a long prompt is read. */
    long[] gaps(int promptTokens, int streams) {
        List<GenerationHandle> handles = new ArrayList<>();
        int answer = Math.max(1, engine.contextTokens() - 2 * STREAM_TOKENS);
        for (int i = 0; i < streams; i++) {
            handles.add(engine.submit(request(STREAM_TOKENS, answer)));
        }
        List<CompletableFuture<List<Long>>> times =
                handles.stream().map(ParallelBench::times).toList();
        handles.forEach(handle -> {
            int seen = 0;
            for (GenerationEvent event : handle) {
                if (event instanceof GenerationEvent.Token && ++seen == STREAM_TOKENS) {
                    break;
                }
            }
        });
        long start = System.nanoTime();
        engine.submit(request(promptTokens, 1)).join();
        long end = System.nanoTime();
        handles.forEach(GenerationHandle::cancel);
        List<Long> gaps = new ArrayList<>();
        for (CompletableFuture<List<Long>> stream : times) {
            List<Long> at = stream.join();
            for (int i = 1; i < at.size(); i++) {
                if (at.get(i) > start && at.get(i - 1) < end) {
                    gaps.add(at.get(i) - at.get(i - 1));
                }
            }
        }
        engine.forgetPrefixes();
        long[] sorted = gaps.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        return sorted;
    }

    private static CompletableFuture<List<Long>> times(GenerationHandle handle) {
        return CompletableFuture.supplyAsync(
                () -> {
                    List<Long> at = new ArrayList<>();
                    for (GenerationEvent event : handle) {
                        if (event instanceof GenerationEvent.Token) {
                            at.add(System.nanoTime());
                        }
                    }
                    return at;
                },
                work -> Thread.ofPlatform().daemon().start(work));
    }
}
