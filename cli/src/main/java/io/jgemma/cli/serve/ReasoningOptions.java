package io.jgemma.cli.serve;

import io.jgemma.cli.io.UsageException;
import io.jgemma.server.ServerOptions;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** How models think where a request does not say. */
public final class ReasoningOptions {

    @Option(
            names = {"-rea", "--reasoning"},
            paramLabel = "on|off|auto",
            defaultValue = "auto",
            description = "Whether models think before they answer, if a request does not say: on, off, or auto for as"
                    + " their template has it. Default: ${DEFAULT-VALUE}.")
    private String on = "auto";

    @Option(
            names = "--reasoning-budget",
            paramLabel = "N",
            defaultValue = "-1",
            description = "Tokens of thoughts at most, if a request does not say: 0 = none, -1 = as many as they like."
                    + " Default: ${DEFAULT-VALUE}.")
    private int budget = -1;

    @Option(
            names = "--reasoning-format",
            paramLabel = "auto|none",
            defaultValue = "auto",
            description = "Where thoughts go, if a request does not say: auto (or deepseek) for reasoning_content, none"
                    + " to leave them in the text. Default: ${DEFAULT-VALUE}.")
    private String format = "auto";

    /** All of it. */
    ServerOptions.Reasoning reasoning() {
        if (budget < -1) {
            throw new UsageException("--reasoning-budget " + budget + " is out of range; -1 stands for no limit");
        }
        Optional<Boolean> thinks = switch (on.toLowerCase(Locale.ROOT)) {
            case "on" -> Optional.of(true);
            case "off" -> Optional.of(false);
            case "auto" -> budget == 0 ? Optional.of(false) : Optional.empty();
            default -> throw new UsageException("--reasoning '" + on + "' is not one of on, off and auto");
        };
        boolean inText = switch (format.toLowerCase(Locale.ROOT)) {
            case "none" -> true;
            case "auto", "deepseek", "deepseek-legacy" -> false;
            default ->
                throw new UsageException("--reasoning-format '" + format + "' is not one of auto, deepseek and none");
        };
        OptionalInt tokens = budget < 0 ? OptionalInt.empty() : OptionalInt.of(budget);
        return new ServerOptions.Reasoning(thinks, tokens, inText);
    }
}
