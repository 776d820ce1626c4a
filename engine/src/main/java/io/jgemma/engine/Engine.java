package io.jgemma.engine;

import io.jgemma.engine.answer.EmbeddingTask;
import io.jgemma.engine.answer.Generation;
import io.jgemma.engine.answer.Waiting;
import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.CpuInfo;
import io.jgemma.engine.backend.DeviceInfo;
import io.jgemma.engine.backend.KvReads;
import io.jgemma.engine.chat.ReasoningTags;
import io.jgemma.engine.chat.ToolCallParser;
import io.jgemma.engine.cpu.CpuBackend;
import io.jgemma.engine.generation.GenerationHandle;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.Pooling;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.kv.KvPool;
import io.jgemma.engine.kv.KvSequence;
import io.jgemma.engine.memory.Owned;
import io.jgemma.engine.memory.Resources;
import io.jgemma.engine.model.Architecture;
import io.jgemma.engine.model.Architectures;
import io.jgemma.engine.model.Decoder;
import io.jgemma.engine.model.DecoderContext;
import io.jgemma.engine.model.EmbeddedModel;
import io.jgemma.engine.model.ModelException;
import io.jgemma.engine.model.ModelFiles;
import io.jgemma.engine.model.SamplingReader;
import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.placement.Placement;
import io.jgemma.engine.prompt.ModelTemplate;
import io.jgemma.engine.prompt.ModelText;
import io.jgemma.engine.prompt.Pictures;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.engine.schedule.Holding;
import io.jgemma.engine.schedule.Scheduler;
import io.jgemma.engine.schedule.SessionPages;
import io.jgemma.engine.schedule.Task;
import io.jgemma.engine.schedule.TokenList;
import io.jgemma.engine.selftest.SelfTestOptions;
import io.jgemma.engine.selftest.SelfTestResult;
import io.jgemma.engine.session.SessionStore;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.template.Template;
import io.jgemma.engine.text.Tokenizer;
import io.jgemma.engine.thread.BackgroundTask;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An open model. {@link #newSession} starts conversations with it.
 *
 * <p>Safe for use by several threads. What sessions on different threads and {@linkplain #submit submitted} requests generate
 * at the same time goes through the model together: see {@link io.jgemma.engine.schedule.Scheduler}.
 */
public final class Engine implements AutoCloseable {

    private static final double GIB = 1L << 30;

    private final EngineOptions options;
    private final @Nullable EmbeddedModel embedded;
    private final GgufFile file;
    private final ModelSpec spec;
    private final SamplerOptions sampling;
    private final Pictures pictures;
    private final ModelText text;
    private final Placement placement;
    private final Decoder decoder;
    private final KvPool pool;
    private final Scheduler scheduler;
    private final int fittingTokens;
    private final SessionPages sessionPages;
    private final SessionStore sessionStore;
    private final Owned<Session> sessions = new Owned<>();
    private final int microBatchTokens;
    private final ReentrantLock closeLock = new ReentrantLock();
    private volatile boolean closing;
    private boolean closed;

    private Engine(EngineOptions options, Resources resources) {
        this.options = options;
        embedded = options.model().isPresent() ? null : ModelFiles.embedded();
        file = resources.add(ModelFiles.open(options.model().orElse(null), embedded, options.mapped()));
        Architecture architecture = Architectures.of(file);
        spec = architecture.spec(file);
        sampling = SamplingReader.read(file, architecture.sampling());
        pictures = resources.add(Pictures.open(
                options.pictures(), options.model().orElse(null), embedded, spec, this::openTowerBackend));
        // Tokenizer and template are read while the weights are loaded.
        BackgroundTask<ModelText> reading = resources.add(BackgroundTask.start(
                "jgemma-text",
                () -> ModelText.of(
                        file,
                        architecture,
                        spec,
                        options.chatTemplate().orElse(null),
                        options.toolParser().orElse(null),
                        pictures)));
        placement = resources.add(Placement.open(options.placement(), file, spec));
        KvPlan plan = placement.kvPlan(spec, options.placement());
        int rows = Math.min(options.microBatchTokens(), contextTokens());
        decoder = resources.add(architecture.decoder(new DecoderContext(spec, placement.stages(), plan, rows)));
        pool = new KvPool(placement.backends(), plan);
        pool.limitTo(options.kvMemoryBytes().orElseGet(() -> placement.kvBytes(plan, contextTokens())));
        fittingTokens = plan.tokensWithin(pool.limitBytes(), contextTokens());
        microBatchTokens = rows;
        scheduler = new Scheduler(decoder, placement.last(), pool, options.schedule(rows));
        sessionPages = new SessionPages(scheduler, pool);
        sessionStore = new SessionStore(
                file,
                new SessionStore.Model(modelName(), spec.architecture(), contextTokens(), spec.vocabulary()),
                plan,
                sessionPages);
        text = reading.result();
    }

    /**
     * Opens a model.
     *
     * @throws io.jgemma.engine.gguf.GgufException when the file is damaged or no GGUF file
     * @throws ModelException when it holds no model that can be run as asked
     * @throws UncheckedIOException when it cannot be read
     * @throws IllegalArgumentException when an option does not fit the model
     */
    public static Engine open(EngineOptions options) {
        try (Resources resources = new Resources()) {
            Engine engine = new Engine(options, resources);
            resources.keep();
            engine.warnings().forEach(options.listener()::doubtful);
            return engine;
        }
    }

    /** Opens a model with default options. */
    public static Engine open(Path model) {
        return open(EngineOptions.of(model));
    }

    /**
     * The devices beside the CPU that layers can run on.
     *
     * @throws io.jgemma.engine.backend.DeviceException when there is none; the message says why
     */
    public static List<DeviceInfo> devices() {
        return Placement.devices();
    }

    /** What the CPU computes with unless told otherwise. */
    public static CpuInfo cpu() {
        return CpuBackend.info();
    }

    /**
     * Computes every operation on a device and with the CPU's reference kernels, compares, and times the device.
     *
     * @param device number of one of {@link #devices}
     * @param options what is tested
     * @param listener told each result when it is there
     * @return whether all passed
     * @throws io.jgemma.engine.backend.DeviceException when there is no such device
     */
    public static boolean selfTest(int device, SelfTestOptions options, Consumer<SelfTestResult> listener) {
        return Placement.selfTest(device, options, listener);
    }

    /** The shape of a file's model, without loading it. */
    public static ModelSpec specOf(GgufFile file) {
        return Architectures.of(file).spec(file);
    }

    /**
     * Opens the GGUF file of a model, or the embedded one for {@code null}.
     *
     * @throws io.jgemma.engine.gguf.GgufException when the file is damaged or no GGUF file
     */
    public static GgufFile openFile(@Nullable Path model) {
        return ModelFiles.open(model, model == null ? ModelFiles.embedded() : null, true);
    }

    private Backend openTowerBackend() {
        return placement.openFirst(options.placement());
    }

    /** The file of the projector that reads pictures, if there is one; the embedded model's is no file. */
    public Optional<Path> projectorFile() {
        return pictures.file();
    }

    /** Whether prompts may contain pictures. */
    public boolean readsPictures() {
        return pictures.available();
    }

    /** The model's display name: {@code general.name}, or the file's name. */
    public String modelName() {
        return embedded != null ? embedded.name() : file.metadata().string("general.name", file.name());
    }

    /** What computes, e.g. {@code "CPU, vector kernels (256 bits), 2 threads"}. */
    public String description() {
        return placement.description();
    }

    /** The model file. */
    public GgufFile file() {
        return file;
    }

    /** Shape of the model. */
    public ModelSpec spec() {
        return spec;
    }

    public Tokenizer tokenizer() {
        return text.tokenizer();
    }

    /** The embedded model, if it is what was opened. */
    public Optional<EmbeddedModel> embedded() {
        return Optional.ofNullable(embedded);
    }

    /**
     * The chat template in use.
     *
     * @throws ModelException when the file has none and none is built in for its architecture
     */
    public Template chatTemplate() {
        return text.template().require();
    }

    /** The template in a model's file, before it is parsed. */
    public static Optional<String> chatTemplateOf(GgufFile file) {
        return ModelTemplate.own(file);
    }

    /** Whether the template is built in because neither the file nor the options have one. */
    public boolean chatTemplateBuiltin() {
        return text.template().builtin();
    }

    /** Tokens that a session holds. */
    public int contextTokens() {
        return options.contextTokens() > 0 ? options.contextTokens() : spec.contextTokens();
    }

    /** The tags around the model's reasoning. */
    public ReasoningTags reasoning() {
        return text.reasoning();
    }

    /** Warnings about the file, one sentence each. The embedded model was trained with its template as it is. */
    public List<String> warnings() {
        List<String> all = new ArrayList<>(text.tokenizer().warnings());
        if (embedded == null) {
            all.addAll(text.template().warnings());
        }
        if (contextTokens() > spec.contextTokens()) {
            all.add("the context of " + contextTokens() + " tokens is longer than the " + spec.contextTokens()
                    + " the model was trained for: answers far into it may be poor, and K and V of a full one take "
                    + String.format(Locale.ROOT, "%.1f GiB", pool.plan().bytes(contextTokens()) / GIB));
        }
        all.addAll(Placement.warnings(options.placement()));
        return all;
    }

    /** Memory in use. */
    public MemoryUse memory() {
        return scheduler.exclusively(() -> new MemoryUse(
                file.tensorBytes(),
                placement.sum(Backend::copiedBytes),
                pool.bytes(),
                placement.sum(Backend::allocatedBytes) - pool.bytes(),
                placement.bytesOfDevices()));
    }

    /** What attention has read from K/V caches since the engine was opened. */
    public KvReads kvReads() {
        return scheduler.exclusively(placement::kvReads);
    }

    /** A new, empty session. Whoever asked for it closes it; closing the engine does, too. */
    public Session newSession() {
        Holding holding = scheduler.hold(newSequence(), new TokenList());
        return register(new Session(this, scheduler, holding));
    }

    /** Registers a session, so that closing the engine closes it. If the engine is closed already, closes it at once. */
    Session register(Session session) {
        if (sessions.add(session)) {
            return session;
        }
        session.close();
        throw new EngineClosedException("engine");
    }

    /** The syntax in which tool calls are read, by the name of its {@link ToolCallParser}. */
    public String toolSyntax() {
        return text.toolParser().name();
    }

    /** Sampling for requests that do not set their own: from the file, or else the recommendation of the model's makers. */
    public SamplerOptions defaultSampling() {
        return sampling;
    }

    /**
     * The text of a conversation as the chat template renders it, with the generation prompt at the end.
     *
     * @throws io.jgemma.engine.template.TemplateException when the template refuses the messages
     * @throws ModelException when the model has no template
     */
    public String render(Prompt.Chat chat) {
        return text.render(chat).text();
    }

    /**
     * The token ids of a prompt, as {@link #submit} would take them.
     *
     * @throws io.jgemma.engine.template.TemplateException when the chat template refuses the messages
     * @throws IllegalArgumentException when an id is none of the model's
     */
    public int[] encode(Prompt prompt) {
        return input(prompt).ids().clone();
    }

    /**
     * The rows of a prompt: tokens, and the rows of its pictures.
     *
     * @throws io.jgemma.engine.vision.PictureException when a picture cannot be read, or the model has no projector
     * @throws io.jgemma.engine.template.TemplateException when the chat template refuses the messages
     */
    public InputRows input(Prompt prompt) {
        return text.input(prompt);
    }

    /** How many tokens a prompt takes; see {@link #encode}. */
    public int countTokens(Prompt prompt) {
        return encode(prompt).length;
    }

    /**
     * Starts a generation and returns immediately. It shares the processor with all others in progress.
     *
     * @throws ContextExceededException when the prompt does not fit into the context
     * @throws MemoryExceededException when its K and V can never fit into memory
     * @throws QueueFullException when too many requests wait
     * @throws io.jgemma.engine.template.TemplateException when the chat template refuses the messages
     * @throws EngineClosedException when the engine is closed
     */
    public GenerationHandle submit(GenerationRequest request) {
        return begin(request, null, () -> false).handle(scheduler::wake);
    }

    /**
     * One vector for a text: the model's hidden states behind its last norm, F32 [hidden], not normalized to unit length.
     *
     * @throws ContextExceededException when the text does not fit into the context
     */
    public float[] embed(Prompt prompt, Pooling pooling) {
        InputRows input = text.input(prompt);
        requireFits(input.rows(), input.longestBlock());
        EmbeddingTask task = new EmbeddingTask(
                input, pooling, spec.hidden(), () -> closing, () -> new EngineClosedException("engine"));
        submit(task, null);
        return Waiting.uninterruptibly(task.result(), () -> {});
    }

    /** What the engine is doing and has done. */
    public EngineStatus status() {
        return EngineStatus.of(scheduler.status());
    }

    /** Releases K and V that are kept for future prompts. What sessions and running generations hold is not affected. */
    public void forgetPrefixes() {
        scheduler.forget();
    }

    ModelText text() {
        return text;
    }

    /** Where the messages of a prompt end, as far as that matters to what is kept of it. */
    private int[] borders(Prompt prompt, int[] ids) {
        return pool.plan().windowed() ? text.borders(prompt, ids) : new int[0];
    }

    KvSequence newSequence() {
        return scheduler.exclusively(pool::sequence);
    }

    /** Begins a generation that goes on from a session, or from none. */
    Generation begin(GenerationRequest request, @Nullable Holding session, BooleanSupplier cancelled) {
        InputRows input = text.input(request.prompt());
        if (input.rows() >= contextTokens()) {
            throw new ContextExceededException(input.rows(), contextTokens());
        }
        requireFits(input.rows(), input.longestBlock());
        int most = Math.min(contextTokens(), fittingTokens);
        Generation generation = new Generation(
                text,
                request,
                new Generation.Defaults(defaultSampling(), options.speculation()),
                input,
                borders(request.prompt(), input.ids()),
                most,
                () -> closing || cancelled.getAsBoolean());
        submit(generation, session);
        return generation;
    }

    /** Refuses rows that fit into no step or no memory. */
    void requireFits(int tokens, int longestBlock) {
        if (tokens > contextTokens()) {
            throw new ContextExceededException(tokens, contextTokens());
        }
        if (tokens > fittingTokens) {
            throw new MemoryExceededException(tokens, pool.plan().peakBytes(tokens), pool.limitBytes(), fittingTokens);
        }
        if (longestBlock > microBatchTokens) {
            throw new IllegalArgumentException("a block of " + longestBlock
                    + " rows that see each other does not fit a step of " + microBatchTokens + " rows");
        }
    }

    /** Hands a task to the scheduler. */
    void submit(Task task, @Nullable Holding session) {
        if (closing) {
            throw new EngineClosedException("engine");
        }
        switch (scheduler.submit(task, session)) {
            case TAKEN -> {}
            case CLOSED -> throw new EngineClosedException("engine");
            case FULL -> {
                long seconds = Math.clamp(TimeUnit.NANOSECONDS.toSeconds(scheduler.retryNanos()), 1, 60);
                throw new QueueFullException(scheduler.waiting(), options.maxWaiting(), Duration.ofSeconds(seconds));
            }
        }
    }

    SessionStore sessionStore() {
        return sessionStore;
    }

    SessionPages sessionPages() {
        return sessionPages;
    }

    void forget(Session session) {
        sessions.remove(session);
    }

    /**
     * Cancels what is in progress, waits until it has ended, closes the sessions and frees everything. A further call waits
     * for the first and does nothing else. Not to be called by a {@link io.jgemma.engine.generation.LogitsConsumer}.
     */
    @Override
    public void close() {
        closing = true;
        scheduler.wake();
        closeLock.lock();
        try {
            if (!closed) {
                sessions.end().forEach(Session::close);
                scheduler.close();
                try (file;
                        placement;
                        decoder;
                        pool;
                        pictures) {
                    closed = true;
                }
            }
        } finally {
            closeLock.unlock();
        }
    }

    /** Pages and recent tiles of K/V that sessions hold. */
    int pagesInUse() {
        return scheduler.exclusively(pool::pagesInUse);
    }

    /** Buffers of the backends that are not closed; 0 after {@link #close}. */
    int openBuffers() {
        return placement.count(Backend::allocatedBuffers);
    }
}
