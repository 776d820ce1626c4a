package io.jgemma.cli.options;

import io.jgemma.cli.io.JsonInput;
import io.jgemma.cli.io.UsageException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether the model reasons before it answers. */
public final class ThinkingOptions {
    private static final String AUTO = "auto";

    @Option(
            names = {"-rea", "--reasoning"},
            paramLabel = "on|off|auto",
            defaultValue = AUTO,
            description =
                    "Whether a model that can reason does so before it answers: on, off, low, medium or high, if its"
                            + " chat template has a switch for it, or auto for as the template has it. Default: ${DEFAULT-VALUE}.")
    private String thinking = AUTO;

    @Option(
            names = "--chat-template-kwargs",
            paramLabel = "JSON",
            description = "Variables for the chat template, e.g. {\"enable_thinking\": false}.")
    private @Nullable String templateVariables;

    /** Variables of the chat template. */
    public Map<String, Object> variables() {
        Map<String, Object> variables = new HashMap<>();
        if (templateVariables != null) {
            variables.putAll(JsonInput.object("--chat-template-kwargs", templateVariables));
        }
        if (!thinking.equalsIgnoreCase(AUTO)) {
            variables.putAll(Thinking.of(thinking)
                    .orElseThrow(() -> new UsageException(
                            "--reasoning '" + thinking + "' is none of " + Thinking.NAMES + " and " + AUTO))
                    .variables());
        }
        return variables;
    }
}
