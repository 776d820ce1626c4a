package io.jgemma.engine;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.model.ModelException;
import io.jgemma.engine.template.BuiltinTemplates;
import io.jgemma.engine.template.Template;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which chat template a model is used with: the user's, the file's, or a built-in one. */
record ModelTemplate(String model, @Nullable Template template, boolean builtin, List<String> warnings) {

    static ModelTemplate of(GgufFile file, @Nullable String override) {
        String own = file.metadata().string("tokenizer.chat_template", "");
        if (override != null) {
            return parsed(file, "the given chat template", override);
        }
        if (!own.isEmpty()) {
            return parsed(file, file.name(), own);
        }
        if (file.metadata().string("general.architecture", "").equals("gemma3")) {
            return new ModelTemplate(file.name(), BuiltinTemplates.gemma3(), true, List.of());
        }
        return new ModelTemplate(file.name(), null, false, List.of());
    }

    private static ModelTemplate parsed(GgufFile file, String name, String source) {
        Template template = Template.parse(name, source);
        return new ModelTemplate(file.name(), template, false, template.warnings());
    }

    Template require() {
        if (template == null) {
            throw new ModelException(model + " has no chat template: give one with --chat-template FILE, or continue "
                    + "plain text with run --raw");
        }
        return template;
    }
}
