package io.jgemma.engine;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How to open a model. Made by {@link #of(Path)} or {@link #embedded()} and the {@code with} methods.
 *
 * @param model the GGUF file (any part of a split one); null for the embedded model
 * @param contextTokens tokens of a session; 0 = what the model was trained for
 * @param threads CPU threads; 0 = physical cores
 * @param batchTokens prompt tokens that a session computes before others get their turn
 * @param microBatchTokens rows computed together; working buffers grow with it
 * @param keyType how K is cached; one of {@link io.jgemma.engine.kv.KvPlan#TYPES}
 * @param valueType how V is cached: F32, F16 or BF16
 * @param kernels CPU kernels, see {@link io.jgemma.engine.cpu.CpuBackend#open}: {@code auto}, {@code fast}, {@code x86}, {@code vector} or {@code scalar}
 * @param repack whether the CPU copies weights that it reads faster in another order than the file's
 * @param chatTemplate Jinja source that replaces the file's template, or null
 * @param toolParser syntax of tool calls, see {@link io.jgemma.engine.chat.ToolCallParsers#names}; null = the
 *     architecture's
 * @param offload which layers run on devices beside the CPU
 * @param listener told how loading goes
 */
public record EngineOptions(
        @Nullable Path model,
        int contextTokens,
        int threads,
        int batchTokens,
        int microBatchTokens,
        QuantType keyType,
        QuantType valueType,
        String kernels,
        boolean repack,
        @Nullable String chatTemplate,
        @Nullable String toolParser,
        Offload offload,
        LoadListener listener) {

    /** Told how loading goes. */
    @FunctionalInterface
    public interface LoadListener {
        /**
         * Part of the model is ready.
         *
         * @param doneBytes bytes of weights ready
         * @param totalBytes bytes of all weights
         */
        void loaded(long doneBytes, long totalBytes);

        /**
         * Layers are going to run on devices.
         *
         * @param plan which layers where, and what they need there
         */
        default void planned(DevicePlan plan) {}

        /**
         * Something about the model is doubtful, see {@link Engine#warnings}. Unless a listener does something else, it is
         * logged, so that it does not pass unseen where nobody asks for the warnings.
         *
         * @param sentence what, for people
         */
        default void doubtful(String sentence) {
            System.getLogger(Engine.class.getName()).log(System.Logger.Level.WARNING, sentence);
        }
    }

    public EngineOptions {
        if (contextTokens < 0 || threads < 0 || batchTokens <= 0 || microBatchTokens <= 0) {
            throw new IllegalArgumentException("context " + contextTokens + " and threads " + threads
                    + " must not be negative, batch " + batchTokens + " and micro-batch " + microBatchTokens
                    + " must be positive");
        }
    }

    /** Defaults for a GGUF file. */
    public static EngineOptions of(Path model) {
        return defaults(model);
    }

    /** Defaults for the embedded model. */
    public static EngineOptions embedded() {
        return defaults(null);
    }

    private static EngineOptions defaults(@Nullable Path model) {
        return new EngineOptions(
                model,
                0,
                0,
                2048,
                512,
                QuantTypes.F16,
                QuantTypes.F16,
                "auto",
                true,
                null,
                null,
                Offload.NONE,
                (done, total) -> {});
    }

    /** The GGUF file; empty for the embedded model. */
    public Optional<Path> file() {
        return Optional.ofNullable(model);
    }

    /** The syntax of tool calls; empty for the architecture's. */
    public Optional<String> findToolParser() {
        return Optional.ofNullable(toolParser);
    }

    public EngineOptions withContextTokens(int tokens) {
        return new EngineOptions(
                model,
                tokens,
                threads,
                batchTokens,
                microBatchTokens,
                keyType,
                valueType,
                kernels,
                repack,
                chatTemplate,
                toolParser,
                offload,
                listener);
    }

    public EngineOptions withThreads(int count) {
        return new EngineOptions(
                model,
                contextTokens,
                count,
                batchTokens,
                microBatchTokens,
                keyType,
                valueType,
                kernels,
                repack,
                chatTemplate,
                toolParser,
                offload,
                listener);
    }

    public EngineOptions withBatchTokens(int batch, int microBatch) {
        return new EngineOptions(
                model,
                contextTokens,
                threads,
                batch,
                microBatch,
                keyType,
                valueType,
                kernels,
                repack,
                chatTemplate,
                toolParser,
                offload,
                listener);
    }

    public EngineOptions withKvTypes(QuantType key, QuantType value) {
        return new EngineOptions(
                model,
                contextTokens,
                threads,
                batchTokens,
                microBatchTokens,
                key,
                value,
                kernels,
                repack,
                chatTemplate,
                toolParser,
                offload,
                listener);
    }

    public EngineOptions withKernels(String name) {
        return new EngineOptions(
                model,
                contextTokens,
                threads,
                batchTokens,
                microBatchTokens,
                keyType,
                valueType,
                name,
                repack,
                chatTemplate,
                toolParser,
                offload,
                listener);
    }

    public EngineOptions withRepack(boolean wanted) {
        return new EngineOptions(
                model,
                contextTokens,
                threads,
                batchTokens,
                microBatchTokens,
                keyType,
                valueType,
                kernels,
                wanted,
                chatTemplate,
                toolParser,
                offload,
                listener);
    }

    public EngineOptions withChatTemplate(String source) {
        return new EngineOptions(
                model,
                contextTokens,
                threads,
                batchTokens,
                microBatchTokens,
                keyType,
                valueType,
                kernels,
                repack,
                source,
                toolParser,
                offload,
                listener);
    }

    public EngineOptions withToolParser(String name) {
        return new EngineOptions(
                model,
                contextTokens,
                threads,
                batchTokens,
                microBatchTokens,
                keyType,
                valueType,
                kernels,
                repack,
                chatTemplate,
                name,
                offload,
                listener);
    }

    public EngineOptions withOffload(Offload where) {
        return new EngineOptions(
                model,
                contextTokens,
                threads,
                batchTokens,
                microBatchTokens,
                keyType,
                valueType,
                kernels,
                repack,
                chatTemplate,
                toolParser,
                where,
                listener);
    }

    public EngineOptions withListener(LoadListener loadListener) {
        return new EngineOptions(
                model,
                contextTokens,
                threads,
                batchTokens,
                microBatchTokens,
                keyType,
                valueType,
                kernels,
                repack,
                chatTemplate,
                toolParser,
                offload,
                loadListener);
    }
}
