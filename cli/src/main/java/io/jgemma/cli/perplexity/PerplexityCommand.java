package io.jgemma.cli.perplexity;

import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.UsageException;
import io.jgemma.cli.model.EngineOpener;
import io.jgemma.cli.options.BatchOptions;
import io.jgemma.cli.options.ComputeOptions;
import io.jgemma.cli.options.KvOptions;
import io.jgemma.cli.options.ModelOptions;
import io.jgemma.cli.options.RuntimeOptions;
import io.jgemma.cli.options.SizeConverter;
import io.jgemma.cli.options.TextOptions;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.Session;
import io.jgemma.engine.text.EncodeOptions;
import io.jgemma.engine.text.Vocabulary;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Perplexity of a text, in llama-perplexity's way; see {@link Chunks}. */
@Command(name = "perplexity", description = "Measure how well a model foretells a text.", abbreviateSynopsis = true)
public final class PerplexityCommand implements Callable<Integer> {
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

    @Mixin
    private BatchOptions batch = new BatchOptions();

    @Mixin
    private KvOptions kv = new KvOptions();

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
        EngineOptions options = RuntimeOptions.engineOptions(model.file(), threads, batch, kv, compute)
                .withContextTokens(chunkTokens);
        String content = text.text(console);
        try (Engine engine = EngineOpener.open(console, options);
                Session session = engine.newSession()) {
            PerplexityScore score = measure(session, chunks(engine, content));
            console.out().println(line(score)).flush();
        }
        return 0;
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
        console.note(chunks.count() + " chunks of " + chunkTokens + " tokens");
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
