package io.jgemma.engine;

import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.backend.OperationProfile;
import io.jgemma.engine.cpu.CpuBackend;
import io.jgemma.engine.generation.Speculation;
import io.jgemma.engine.placement.PlacementOptions;
import io.jgemma.engine.plan.LoadListener;
import io.jgemma.engine.plan.Offload;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.schedule.Scheduler;
import io.jgemma.engine.vision.PictureOptions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** How to open a model. Made by {@link #of(Path)} or {@link #embedded()}, {@code with} methods, and {@link #toBuilder}. Immutable. */
public final class EngineOptions {

    /** The most tokens that are guessed at a time. */
    private static final int MOST_GUESSES = 15;

    /** Never changed, as nobody else has it. */
    private final Builder set;

    private EngineOptions(Builder from) {
        set = new Builder(from);
        if (set.profile != null && set.offload.layers() != 0) {
            throw new IllegalArgumentException(
                    "a profile times the CPU's operations: a GPU's end some time after they were called");
        }
        if (set.stepMillis <= 0 || set.maxRunning <= 0 || set.maxWaiting <= 0 || set.kvMemoryBytes.orElse(1) <= 0) {
            throw new IllegalArgumentException(
                    "step time " + set.stepMillis + " ms, running requests " + set.maxRunning + ", waiting requests "
                            + set.maxWaiting + " and memory for K and V " + set.kvMemoryBytes + " must be positive");
        }
        if (set.prefixMemoryBytes < 0) {
            throw new IllegalArgumentException(
                    "memory for kept prompts " + set.prefixMemoryBytes + " must not be negative");
        }
        if (set.contextTokens < 0 || set.threads < 0 || set.batchTokens <= 0 || set.microBatchTokens <= 0) {
            throw new IllegalArgumentException("context " + set.contextTokens + " and threads " + set.threads
                    + " must not be negative, batch " + set.batchTokens + " and micro-batch " + set.microBatchTokens
                    + " must be positive");
        }
    }

    /** Defaults for a GGUF file (any part of a split one). */
    public static EngineOptions of(Path model) {
        return new Builder(model).build();
    }

    /** Defaults for the embedded model. */
    public static EngineOptions embedded() {
        return new Builder((Path) null).build();
    }

    /** A builder for a GGUF file (any part of a split one). */
    public static Builder builder(Path model) {
        return new Builder(model);
    }

    /** A builder with the values of these options. */
    public Builder toBuilder() {
        return new Builder(set);
    }

    /** The GGUF file; empty for the embedded model. */
    public Optional<Path> model() {
        return Optional.ofNullable(set.model);
    }

    /** Tokens of a session; 0 = what the model was trained for. */
    public int contextTokens() {
        return set.contextTokens;
    }

    /** CPU threads, at most the number of processors; 0 = physical cores. */
    public int threads() {
        return set.threads;
    }

    /** Prompt tokens of one request that are fed to the model at a time. */
    public int batchTokens() {
        return set.batchTokens;
    }

    /** The maximum number of rows computed together; working buffers grow with it. */
    public int microBatchTokens() {
        return set.microBatchTokens;
    }

    /** How K is cached; one of {@link io.jgemma.engine.kv.KvPlan#TYPES}. */
    public QuantType keyType() {
        return set.keyType;
    }

    /** How V is cached; one of {@link io.jgemma.engine.kv.KvPlan#TYPES}. */
    public QuantType valueType() {
        return set.valueType;
    }

    /** CPU kernels. */
    public KernelSet kernels() {
        return set.kernels;
    }

    /** Whether the CPU repacks weights into an order that it reads faster than the file's. */
    public boolean repack() {
        return set.repack;
    }

    /**
     * Whether the model's file is mapped. Else it is read into memory of its own: starts take longer and more memory, and nothing
     * that happens to the file afterwards reaches the model.
     */
    public boolean mapped() {
        return set.mapped;
    }

    /** Whether weights are locked into the machine's memory, so that they are never swapped out or dropped. */
    public boolean locked() {
        return set.locked;
    }

    /** Jinja source that replaces the file's template; empty = the file's. */
    public Optional<String> chatTemplate() {
        return Optional.ofNullable(set.chatTemplate);
    }

    /** Syntax of tool calls, see {@link io.jgemma.engine.chat.ToolCallParsers#names}; empty = the architecture's. */
    public Optional<String> toolParser() {
        return Optional.ofNullable(set.toolParser);
    }

    /** Which layers run on devices beside the CPU. */
    public Offload offload() {
        return set.offload;
    }

    /** Limit in bytes for K and V of all conversations; empty = the memory that the weights leave. */
    public OptionalLong kvMemoryBytes() {
        return set.kvMemoryBytes;
    }

    /** How long reading a prompt may delay running answers at a time, in milliseconds. */
    public int stepMillis() {
        return set.stepMillis;
    }

    /** Limit in bytes for K and V of earlier prompts that are kept for future ones; part of {@link #kvMemoryBytes}. */
    public long prefixMemoryBytes() {
        return set.prefixMemoryBytes;
    }

    /** The maximum number of generations computed at the same time; further ones wait. By default as many as memory holds. */
    public int maxRunning() {
        return set.maxRunning;
    }

    /** The maximum number of waiting requests; further ones are refused. */
    public int maxWaiting() {
        return set.maxWaiting;
    }

    /** The kind of speculation for requests that do not set their own. */
    public Speculation speculation() {
        return set.speculation;
    }

    /** How pictures are read. */
    public PictureOptions pictures() {
        return set.pictures;
    }

    /** Receives the progress of loading. */
    public LoadListener listener() {
        return set.listener;
    }

    /** Adds up the time of operations; CPU only. */
    public Optional<OperationProfile> profile() {
        return Optional.ofNullable(set.profile);
    }

    /** What of it says where layers run. */
    PlacementOptions placement() {
        return new PlacementOptions(
                set.offload,
                set.kernels,
                set.threads,
                new CpuBackend.Placing(set.repack, set.locked),
                set.keyType,
                set.valueType,
                set.contextTokens,
                set.microBatchTokens,
                set.listener,
                set.profile);
    }

    /** See {@link #contextTokens()}. */
    public EngineOptions withContextTokens(int value) {
        return toBuilder().contextTokens(value).build();
    }

    /** See {@link #threads()}. */
    public EngineOptions withThreads(int value) {
        return toBuilder().threads(value).build();
    }

    /** See {@link #kernels()}. */
    public EngineOptions withKernels(KernelSet value) {
        return toBuilder().kernels(value).build();
    }

    /** See {@link #mapped()}. */
    public EngineOptions withMapped(boolean value) {
        return toBuilder().mapped(value).build();
    }

    /** See {@link #repack()}. */
    public EngineOptions withRepack(boolean value) {
        return toBuilder().repack(value).build();
    }

    /** See {@link #locked()}. */
    public EngineOptions withLocked(boolean value) {
        return toBuilder().locked(value).build();
    }

    /** See {@link #chatTemplate()}. */
    public EngineOptions withChatTemplate(String value) {
        return toBuilder().chatTemplate(value).build();
    }

    /** See {@link #toolParser()}. */
    public EngineOptions withToolParser(String value) {
        return toBuilder().toolParser(value).build();
    }

    /** See {@link #offload()}. */
    public EngineOptions withOffload(Offload value) {
        return toBuilder().offload(value).build();
    }

    /** See {@link #pictures()}. */
    public EngineOptions withPictures(PictureOptions value) {
        return toBuilder().pictures(value).build();
    }

    /** See {@link #listener()}. */
    public EngineOptions withListener(LoadListener value) {
        return toBuilder().listener(value).build();
    }

    /** See {@link #batchTokens()} and {@link #microBatchTokens()}. */
    public EngineOptions withBatchTokens(int batch, int microBatch) {
        return toBuilder().batchTokens(batch).microBatchTokens(microBatch).build();
    }

    /** See {@link #keyType()} and {@link #valueType()}. */
    public EngineOptions withKvTypes(QuantType key, QuantType value) {
        return toBuilder().keyType(key).valueType(value).build();
    }

    /** What the scheduler of steps of at most {@code rows} rows keeps to. */
    Scheduler.Settings schedule(int rows) {
        return new Scheduler.Settings(
                rows, set.stepMillis, set.maxRunning, set.maxWaiting, set.prefixMemoryBytes, MOST_GUESSES);
    }

    /** Makes options; ranges are checked by {@link #build}. */
    public static final class Builder {
        private @Nullable Path model;
        private int contextTokens;
        private int threads;
        private int batchTokens = 2048;
        private int microBatchTokens = 512;
        private QuantType keyType = QuantTypes.F16;
        private QuantType valueType = QuantTypes.F16;
        private KernelSet kernels = KernelSet.AUTO;
        private boolean repack = true;
        private boolean mapped = true;
        private boolean locked;
        private @Nullable String chatTemplate;
        private @Nullable String toolParser;
        private Offload offload = Offload.NONE;
        private OptionalLong kvMemoryBytes = OptionalLong.empty();
        private int stepMillis = 100;
        private long prefixMemoryBytes = 8L << 30;
        private int maxRunning = Integer.MAX_VALUE;
        private int maxWaiting = 512;
        private Speculation speculation = Speculation.NONE;
        private PictureOptions pictures = PictureOptions.DEFAULT;
        private LoadListener listener = (done, total) -> {};
        private @Nullable OperationProfile profile;

        private Builder(@Nullable Path model) {
            this.model = model;
        }

        private Builder(Builder from) {
            model = from.model;
            contextTokens = from.contextTokens;
            threads = from.threads;
            batchTokens = from.batchTokens;
            microBatchTokens = from.microBatchTokens;
            keyType = from.keyType;
            valueType = from.valueType;
            kernels = from.kernels;
            repack = from.repack;
            mapped = from.mapped;
            locked = from.locked;
            chatTemplate = from.chatTemplate;
            toolParser = from.toolParser;
            offload = from.offload;
            kvMemoryBytes = from.kvMemoryBytes;
            stepMillis = from.stepMillis;
            prefixMemoryBytes = from.prefixMemoryBytes;
            maxRunning = from.maxRunning;
            maxWaiting = from.maxWaiting;
            speculation = from.speculation;
            pictures = from.pictures;
            listener = from.listener;
            profile = from.profile;
        }

        /** See {@link EngineOptions#profile()}. */
        public Builder profile(OperationProfile value) {
            profile = value;
            return this;
        }

        /** See {@link EngineOptions#contextTokens()}. */
        public Builder contextTokens(int value) {
            contextTokens = value;
            return this;
        }

        /** See {@link EngineOptions#threads()}. */
        public Builder threads(int value) {
            threads = value;
            return this;
        }

        /** See {@link EngineOptions#batchTokens()}. */
        public Builder batchTokens(int value) {
            batchTokens = value;
            return this;
        }

        /** See {@link EngineOptions#microBatchTokens()}. */
        public Builder microBatchTokens(int value) {
            microBatchTokens = value;
            return this;
        }

        /** See {@link EngineOptions#keyType()}. */
        public Builder keyType(QuantType value) {
            keyType = value;
            return this;
        }

        /** See {@link EngineOptions#valueType()}. */
        public Builder valueType(QuantType value) {
            valueType = value;
            return this;
        }

        /** See {@link EngineOptions#kernels()}. */
        public Builder kernels(KernelSet value) {
            kernels = value;
            return this;
        }

        /** See {@link EngineOptions#mapped()}. */
        public Builder mapped(boolean value) {
            mapped = value;
            return this;
        }

        /** See {@link EngineOptions#repack()}. */
        public Builder repack(boolean value) {
            repack = value;
            return this;
        }

        /** See {@link EngineOptions#locked()}. */
        public Builder locked(boolean value) {
            locked = value;
            return this;
        }

        /** See {@link EngineOptions#chatTemplate()}. */
        public Builder chatTemplate(String value) {
            chatTemplate = value;
            return this;
        }

        /** See {@link EngineOptions#toolParser()}. */
        public Builder toolParser(String value) {
            toolParser = value;
            return this;
        }

        /** See {@link EngineOptions#offload()}. */
        public Builder offload(Offload value) {
            offload = value;
            return this;
        }

        /** See {@link EngineOptions#kvMemoryBytes()}. */
        public Builder kvMemoryBytes(long value) {
            kvMemoryBytes = OptionalLong.of(value);
            return this;
        }

        /** See {@link EngineOptions#stepMillis()}. */
        public Builder stepMillis(int value) {
            stepMillis = value;
            return this;
        }

        /** See {@link EngineOptions#prefixMemoryBytes()}. */
        public Builder prefixMemoryBytes(long value) {
            prefixMemoryBytes = value;
            return this;
        }

        /** See {@link EngineOptions#maxRunning()}. */
        public Builder maxRunning(int value) {
            maxRunning = value;
            return this;
        }

        /** See {@link EngineOptions#maxWaiting()}. */
        public Builder maxWaiting(int value) {
            maxWaiting = value;
            return this;
        }

        /** See {@link EngineOptions#speculation()}. */
        public Builder speculation(Speculation value) {
            speculation = value;
            return this;
        }

        /** See {@link EngineOptions#pictures()}. */
        public Builder pictures(PictureOptions value) {
            pictures = value;
            return this;
        }

        /** See {@link EngineOptions#listener()}. */
        public Builder listener(LoadListener value) {
            listener = value;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException when a value is out of range
         */
        public EngineOptions build() {
            return new EngineOptions(this);
        }
    }
}
