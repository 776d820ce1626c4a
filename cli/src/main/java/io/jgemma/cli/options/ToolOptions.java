package io.jgemma.cli.options;

import io.jgemma.cli.tools.ToolFile;
import io.jgemma.cli.tools.Toolbox;
import io.jgemma.engine.EngineOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which tools the model may call, and how it spells a call. */
public final class ToolOptions {

    @Option(names = "--tools", paramLabel = "FILE", description = "JSON file with tools that the model may call.")
    private @Nullable Path file;

    @Option(
            names = "--tool-parser",
            paramLabel = "NAME",
            converter = ToolParserConverter.class,
            description = "How the model spells tool calls: gemma, llama3, qwen or none. Default: as its architecture"
                    + " does.")
    private @Nullable String parser;

    @Option(
            names = "--yes",
            description = "Let the programs of the tools run without a question. Without a terminal they run only so.")
    private boolean unasked;

    /** Whether programs run without a question. */
    public boolean unasked() {
        return unasked;
    }

    /**
     * The tools of the file; none where no file was named.
     *
     * @throws io.jgemma.cli.io.CommandException when the file cannot be read or holds no tools
     */
    public Toolbox toolbox() {
        Path named = file;
        return named == null ? Toolbox.empty() : ToolFile.parse(named.toString(), TextOptions.readFile(named));
    }

    /** {@code options} with the syntax that was named, if one was. */
    public EngineOptions applyTo(EngineOptions options) {
        return parser == null ? options : options.withToolParser(parser);
    }
}
