package io.jgemma.engine.prompt;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.model.ModelException;
import io.jgemma.engine.template.BuiltinTemplates;
import io.jgemma.engine.template.Template;
import io.jgemma.engine.template.TemplateException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which chat template a model is used with: the user's, the file's, or a built-in one. A file's template that cannot be
 * parsed is an error only where one is needed: text is continued, measured and tokenized without.
 */
public record ModelTemplate(
        String model,
        @Nullable Template template,
        boolean builtin,
        @Nullable TemplateException failure) {

    private static final String KEY = "tokenizer.chat_template";

    /**
     * The template of a file.
     *
     * @param override Jinja source that is used instead; null = none
     * @param builtin name of the template for a file without one; null = there is none
     */
    public static ModelTemplate of(GgufFile file, @Nullable String override, @Nullable String builtin) {
        if (override != null) {
            return new ModelTemplate(file.name(), Template.parse("the given chat template", override), false, null);
        }
        Optional<String> own = own(file);
        if (own.isPresent()) {
            try {
                return new ModelTemplate(file.name(), Template.parse(file.name(), own.get()), false, null);
            } catch (TemplateException e) {
                return new ModelTemplate(file.name(), null, false, e);
            }
        }
        Template other = builtin == null ? null : BuiltinTemplates.named(builtin);
        return new ModelTemplate(file.name(), other, other != null, null);
    }

    /** The template in a file. */
    public static Optional<String> own(GgufFile file) {
        return Optional.of(file.metadata().string(KEY, "")).filter(source -> !source.isEmpty());
    }

    public List<String> warnings() {
        return template == null ? List.of() : template.warnings();
    }

    public Template require() {
        if (failure != null) {
            throw new ModelException(
                    model + ": its chat template (" + KEY + ") cannot be parsed: line " + failure.line() + ": "
                            + failure.detail()
                            + ": give another one with --chat-template-file FILE, or continue plain text"
                            + " with run --raw",
                    failure);
        }
        if (template == null) {
            throw new ModelException(
                    model + " has no chat template: give one with --chat-template-file FILE, or continue "
                            + "plain text with run --raw");
        }
        return template;
    }
}
