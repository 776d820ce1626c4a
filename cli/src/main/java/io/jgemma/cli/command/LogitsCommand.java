package io.jgemma.cli.command;

import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.JsonText;
import io.jgemma.cli.io.UsageException;
import io.jgemma.cli.model.EngineOpener;
import io.jgemma.cli.model.Pieces;
import io.jgemma.cli.options.ModelOptions;
import io.jgemma.cli.options.RuntimeOptions;
import io.jgemma.engine.Engine;
import io.jgemma.engine.Session;
import io.jgemma.engine.sample.LogitChecks;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Comparator;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The logits after a list of tokens: what the model thinks comes next, as numbers. */
@Command(name = "logits", description = "Print the logits after a list of tokens.", abbreviateSynopsis = true)
public final class LogitsCommand implements Callable<Integer> {
    private static final int SHOWN = 10;

    private final Console console;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(
            names = "--tokens",
            required = true,
            paramLabel = "IDS",
            converter = TokenList.Converter.class,
            description = "Token ids, e.g. 2,5,9; taken as they are, nothing is added.")
    private TokenList tokens = TokenList.empty();

    @Option(
            names = "--position",
            paramLabel = "N",
            description = "After which of the tokens, counted from 0; negative counts from the end. Default: the last.")
    private @Nullable Integer position;

    @Option(names = "--json", description = "Print all of them as one JSON object, instead of the ten largest.")
    private boolean json;

    @Mixin
    private RuntimeOptions runtime = new RuntimeOptions();

    public LogitsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        int[] ids = tokens.ids();
        if (ids.length == 0) {
            throw new UsageException("--tokens names no token");
        }
        int asked = asked(ids.length);
        float[] logits;
        try (Engine engine = EngineOpener.open(console, runtime.engineOptions(model.file(console)));
                Session session = engine.newSession()) {
            logits = evaluate(session, ids, asked, engine.spec().vocabulary());
            if (!json) {
                printLargest(engine, logits);
            }
        }
        if (json) {
            console.out().println(json(ids, asked, logits)).flush();
        }
        return 0;
    }

    private int asked(int count) {
        Integer given = position;
        int asked = given == null ? count - 1 : given < 0 ? count + given : given;
        if (asked < 0 || asked >= count) {
            throw new UsageException("--position " + given + " is not one of the " + count + " tokens");
        }
        return asked;
    }

    private float[] evaluate(Session session, int[] ids, int asked, int vocabulary) {
        float[] logits = new float[vocabulary];
        session.evaluate(ids, index -> index == asked, (index, row) -> {
            LogitChecks.requireNumbers(row);
            MemorySegment.copy(row, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, logits, 0, logits.length);
        });
        return logits;
    }

    private void printLargest(Engine engine, float[] logits) {
        IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparingDouble(id -> -logits[id]))
                .limit(SHOWN)
                .forEach(id -> console.out()
                        .println(String.format(
                                Locale.ROOT,
                                "%8d  %10.4f  %s",
                                id,
                                logits[id],
                                Pieces.quoted(engine.tokenizer(), id))));
        console.out().flush();
    }

    static String json(int[] tokens, int position, float[] logits) {
        return JsonText.compact(json -> {
            json.writeStartObject();
            JsonText.ids(json, "tokens", tokens);
            json.writeNumberField("position", position);
            json.writeArrayFieldStart("logits");
            for (float logit : logits) {
                json.writeNumber(logit);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }
}
