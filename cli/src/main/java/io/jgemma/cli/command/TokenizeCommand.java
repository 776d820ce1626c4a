package io.jgemma.cli.command;

import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.JsonText;
import io.jgemma.cli.model.Pieces;
import io.jgemma.cli.options.ModelOptions;
import io.jgemma.cli.options.TextOptions;
import io.jgemma.engine.Engine;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.text.EncodeOptions;
import io.jgemma.engine.text.Tokenizer;
import io.jgemma.engine.text.Tokenizers;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Token ids of a text. */
@Command(name = "tokenize", description = "Print the token ids of a text.", abbreviateSynopsis = true)
public final class TokenizeCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private TextOptions text = new TextOptions();

    @Option(
            names = {"--no-special", "--no-parse-special"},
            description = "Take the text as text: names of control tokens in it stay text, and nothing is added.")
    private boolean plain;

    @Option(names = "--no-bos", description = "Add no BOS.")
    private boolean noBos;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    public TokenizeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var file = model.file(console);
        String given = text.text(console);
        try (GgufFile gguf = Engine.openFile(file.orElse(null))) {
            Tokenizer tokenizer = Tokenizers.of(gguf.metadata());
            tokenizer.warnings().forEach(warning -> console.note("warning: " + warning));
            int[] ids = tokenizer.encode(given, options());
            if (json) {
                console.out().println(json(tokenizer, ids));
            } else {
                for (int id : ids) {
                    console.out().println(String.format(Locale.ROOT, "%8d  %s", id, Pieces.quoted(tokenizer, id)));
                }
            }
            console.out().flush();
        }
        return 0;
    }

    private EncodeOptions options() {
        return new EncodeOptions(!plain && !noBos, !plain);
    }

    static String json(Tokenizer tokenizer, int[] ids) {
        return JsonText.compact(json -> {
            json.writeStartObject();
            JsonText.ids(json, "ids", ids);
            json.writeArrayFieldStart("pieces");
            for (int id : ids) {
                json.writeString(Pieces.text(tokenizer, id));
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }
}
