package io.jgemma.cli.options;

import io.jgemma.cli.io.UsageException;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.template.BuiltinTemplates;
import java.nio.file.Files;
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
            names = {"-sysf", "--system-prompt-file"},
            paramLabel = "FILE",
            description = "System prompt from a file, UTF-8.")
    private @Nullable Path systemFile;

    @Option(
            names = {"--chat-template", "--chat-template-file"},
            paramLabel = "FILE",
            description =
                    "Chat template instead of the model's own: a file with Jinja, or the name of one that is built in"
                            + " (gemma, llama3, chatml ..).")
    private @Nullable String template;

    /** System prompt. */
    public Optional<String> system() {
        if (system != null && systemFile != null) {
            throw new UsageException("--system and --system-prompt-file are both given; give one of them");
        }
        String text =
                systemFile == null ? system : TextOptions.readFile(systemFile).strip();
        return Optional.ofNullable(text).filter(given -> !given.isBlank());
    }

    /** Whether a template was named. */
    public boolean templateGiven() {
        return template != null;
    }

    /** {@code options} with the template that was named, if one was. */
    public EngineOptions applyTo(EngineOptions options) {
        return template == null ? options : options.withChatTemplate(source(template));
    }

    /** A template by its name, or else what is in a file. What has Jinja's brackets is a template itself. */
    private static String source(String given) {
        if (given.contains("{{") || given.contains("{%")) {
            return given;
        }
        return BuiltinTemplates.source(given).orElseGet(() -> {
            Path file = Path.of(given);
            if (Files.notExists(file) && given.matches("[\\w.-]*") && !given.contains(".j")) {
                throw new UsageException("--chat-template '" + given
                        + "' is neither a file nor the name of a built-in template; those are "
                        + String.join(", ", BuiltinTemplates.names()));
            }
            return TextOptions.readFile(file);
        });
    }
}
