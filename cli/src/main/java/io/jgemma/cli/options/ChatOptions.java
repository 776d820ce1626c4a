package io.jgemma.cli.options;

import io.jgemma.engine.EngineOptions;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a conversation is put to the model. */
public final class ChatOptions {

    @Option(
            names = {"-sys", "--system", "--system-prompt"},
            paramLabel = "TEXT",
            description = "System prompt.")
    private @Nullable String system;

    @Option(
            names = {"--chat-template", "--chat-template-file"},
            paramLabel = "FILE",
            description = "File with a Jinja chat template, instead of the model's own.")
    private @Nullable Path template;

    /** System prompt. */
    public Optional<String> system() {
        return Optional.ofNullable(system).filter(text -> !text.isBlank());
    }

    /** Whether a template was named. */
    public boolean templateGiven() {
        return template != null;
    }

    /** {@code options} with the template that was named, if one was. */
    public EngineOptions applyTo(EngineOptions options) {
        return template == null ? options : options.withChatTemplate(TextOptions.readFile(template));
    }
}
