package io.jgemma.cli.perplexity;

import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.UsageException;
import io.jgemma.cli.model.EngineOpener;
import io.jgemma.cli.options.BatchOptions;
import io.jgemma.cli.options.ComputeOptions;
import io.jgemma.cli.options.KernelOptions;
import io.jgemma.cli.options.KvOptions;
import io.jgemma.cli.options.KvTypeConverter;
import io.jgemma.cli.options.ModelOptions;
import io.jgemma.cli.options.RuntimeOptions;
import io.jgemma.cli.options.SizeConverter;
import io.jgemma.cli.options.TextOptions;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.Session;
import io.jgemma.engine.backend.KvReads;
import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.text.EncodeOptions;
import io.jgemma.engine.text.Vocabulary;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Perplexity of a text, in llama-perplexity's way; see {@link Chunks}. */
@Command(name = "perplexity", description = "Measure how well a model predicts a text.", abbreviateSynopsis = true)
public final class PerplexityCommand implements Callable<Integer> {
    /** Rows of a step with a quantized cache: see {@link #inOrder}. */
    private static final int QUANTIZED_ROWS = 64;

    private final Console console;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private TextOptions text = new TextOptions();

    @Option(
            names = {"-c", "--ctx-size"},
            paramLabel = "N",
            defaultValue = "512",
            converter = SizeConverter.class,
            description = "Tokens of a chunk. Default: ${DEFAULT-VALUE}.")
    private int chunkTokens = 512;

    @Option(
            names = "--chunks",
            paramLabel = "N",
            defaultValue = "-1",
            description = "Chunks to measure at most; -1 = all. Default: ${DEFAULT-VALUE}.")
    private int maxChunks = -1;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            defaultValue = "0",
            description = "CPU threads; 0 or less = physical cores. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(
            names = "--against",
            paramLabel = "TYPE",
            converter = KvTypeConverter.class,
            description = "Compare with K and V cached as TYPE, f16 for example: ratio of perplexities, KL divergence,"
                    + " share of tokens with the same most likely token.")
    private @Nullable QuantType against;

    @Mixin
    private BatchOptions batch = new BatchOptions();

    @Mixin
    private KvOptions kv = new KvOptions();

    @Mixin
    private KernelOptions kernels = new KernelOptions();

    @Mixin
    private ComputeOptions compute = new ComputeOptions();

    public PerplexityCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (chunkTokens < Chunks.SMALLEST) {
            throw new UsageException(
                    "-c " + chunkTokens + " is too small; a chunk needs " + Chunks.SMALLEST + " tokens at least");
        }
        EngineOptions options = inOrder(kernels.applyTo(
                        kv.applyTo(batch.applyTo(RuntimeOptions.engineOptions(model.file(console), threads, compute)))))
                .withContextTokens(chunkTokens);
        String content = text.text(console);
        try (Engine engine = EngineOpener.open(console, options);
                Session session = engine.newSession()) {
            Chunks chunks = chunks(engine, content);
            console.note(chunks.count() + " chunks of " + chunkTokens + " tokens");
            if (against == null) {
                console.out().println(line(measure(session, chunks)));
            } else {
                compare(options.withKvTypes(against, against), session, chunks);
            }
            console.out().println(kvLine(options, engine.kvReads())).flush();
        }
        return 0;
    }

    /** Rows of one step see each other before they are quantized: with few rows, quantized tiles are what is read. */
    private EngineOptions inOrder(EngineOptions options) {
        boolean quantized = KvPlan.quantized(options.keyType()) || KvPlan.quantized(options.valueType());
        int rows = quantized || against != null ? QUANTIZED_ROWS : options.microBatchTokens();
        return options.withBatchTokens(options.batchTokens(), Math.min(rows, options.microBatchTokens()));
    }

    private void compare(EngineOptions baseOptions, Session session, Chunks chunks) {
        CacheComparison comparison;
        try (Engine base = Engine.open(baseOptions);
                Session baseSession = base.newSession()) {
            comparison = new ComparedRun(baseSession, session, baseOptions.microBatchTokens(), console).measure(chunks);
        }
        console.out().println(line(comparison.tested()));
        console.out().println(comparison.line(KvTypeConverter.spelling(baseOptions.keyType())));
    }

    private static String kvLine(EngineOptions options, KvReads reads) {
        return String.format(
                Locale.ROOT,
                "K %s, V %s: %d reads of a token's K and V, %.1f%% of them in quantized tiles",
                KvTypeConverter.spelling(options.keyType()),
                KvTypeConverter.spelling(options.valueType()),
                reads.all(),
                reads.all() == 0 ? 0 : 100.0 * reads.quantized() / reads.all());
    }

    private Chunks chunks(Engine engine, String content) {
        Vocabulary vocabulary = engine.tokenizer().vocabulary();
        int[] tokens = engine.tokenizer().encode(content, EncodeOptions.PROMPT);
        OptionalInt bos = vocabulary.addBos() ? OptionalInt.of(vocabulary.bosId()) : OptionalInt.empty();
        Chunks chunks = Chunks.of(tokens, chunkTokens, bos);
        if (chunks.count() == 0) {
            throw new CommandException("the text has " + tokens.length + " tokens, which is less than one chunk of "
                    + chunkTokens + "; give a longer text or a smaller -c");
        }
        return maxChunks > 0 ? chunks.first(maxChunks) : chunks;
    }

    private PerplexityScore measure(Session session, Chunks chunks) {
        PerplexityScore score = new PerplexityScore();
        long start = System.nanoTime();
        for (int i = 0; i < chunks.count(); i++) {
            int[] ids = chunks.ids(i);
            session.clear();
            session.evaluate(
                    ids, chunks::scored, (index, logits) -> score.add(Likelihood.negativeLog(logits, ids[index + 1])));
            if (i == 0 && chunks.count() > 1) {
                double seconds = (System.nanoTime() - start) / 1e9;
                console.note(String.format(
                        Locale.ROOT,
                        "%.1f s for the first chunk, about %.0f s for all",
                        seconds,
                        seconds * chunks.count()));
            }
            console.err().print(String.format(Locale.ROOT, "[%d]%.4f,", i + 1, score.perplexity()));
            console.err().flush();
        }
        console.err().println();
        return score;
    }

    static String line(PerplexityScore score) {
        return String.format(
                Locale.ROOT,
                "perplexity: %.2f +/- %.2f (%d tokens scored)",
                score.perplexity(),
                score.standardError(),
                score.tokens());
    }
}
