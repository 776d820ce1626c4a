package io.jgemma.cli.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.cli.io.CommandException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What {@code /set} does: shows settings, or gives one of them another value. */
final class SettingCommand {
    /** Shorter names, and those of the command line. */
    private static final Map<String, String> ALIASES =
            Map.of("temp", "temperature", "n", "max_tokens", "n_predict", "max_tokens");

    private SettingCommand() {}

    /** One line for each setting that is a number. */
    static List<String> show(ChatSettings settings) {
        List<String> lines = new ArrayList<>();
        for (Map.Entry<String, JsonNode> setting : SettingsJson.tree(settings).properties()) {
            if (setting.getValue().isNumber()) {
                lines.add(String.format(
                        Locale.ROOT,
                        "  %-18s %s",
                        setting.getKey(),
                        setting.getValue().asText()));
            }
        }
        return lines;
    }

    /**
     * The settings with one of them changed.
     *
     * @param argument its name and its value
     * @throws CommandException when there is no such setting, or the value is not possible
     */
    static ChatSettings change(ChatSettings settings, String argument) {
        String[] words = argument.split("[\\s=]+", 2);
        String typed = words[0].toLowerCase(Locale.ROOT).replaceFirst("^-+", "").replace('-', '_');
        String name = ALIASES.getOrDefault(typed, typed);
        ObjectNode tree = SettingsJson.tree(settings);
        if (!tree.path(name).isNumber()) {
            throw new CommandException("There is no setting '" + words[0] + "'; /set shows them.");
        }
        if (words.length < 2) {
            throw new CommandException(
                    "/set " + name + " needs a value; it is " + tree.path(name).asText() + " now.");
        }
        try {
            BigDecimal value = new BigDecimal(words[1].strip());
            tree.set(name, whole(value) ? tree.numberNode(value.toBigIntegerExact()) : DecimalNode.valueOf(value));
            return SettingsJson.read(tree).withVariables(settings.variables());
        } catch (NumberFormatException e) {
            throw new CommandException("'" + words[1] + "' is no number for " + name + ".", e);
        } catch (MalformedConversationException e) {
            throw new CommandException(name + " cannot be " + words[1] + ": " + e.getMessage(), e);
        }
    }

    private static boolean whole(BigDecimal value) {
        return value.stripTrailingZeros().scale() <= 0 && value.precision() - value.scale() < 19;
    }
}
